#include "gatewayd/http/websocket_key.h"

#include <sys/random.h>

#include <array>
#include <string_view>

#include "shared/base/base64.h"

namespace gateway::http {

std::string make_websocket_key() {
  std::array<char, 16> nonce{};
  [[maybe_unused]] const ssize_t got = ::getrandom(nonce.data(), nonce.size(), 0);
  return encode_base64(Base64::standard, std::string_view(nonce.data(), nonce.size()));
}

}  // namespace gateway::http
