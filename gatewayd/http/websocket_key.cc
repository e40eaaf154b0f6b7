#include "gatewayd/http/websocket_key.h"

#include <openssl/evp.h>
#include <sys/random.h>

#include <array>

#include "shared/base/base64.h"

namespace gateway::http {

std::string make_websocket_key() {
  std::array<char, 16> nonce{};
  [[maybe_unused]] const ssize_t got = ::getrandom(nonce.data(), nonce.size(), 0);
  return encode_base64(Base64::standard, std::string_view(nonce.data(), nonce.size()));
}

std::string websocket_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha1(), nullptr);
  return encode_base64(Base64::standard,
                       std::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

}  // namespace gateway::http
