#include "gatewayd/net/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace gateway::net {
namespace {

constexpr std::size_t kKept = 2;  // the one that seals, and the one before it

}  // namespace

TicketKeys::Key::~Key() {
  OPENSSL_cleanse(name.data(), name.size());
  OPENSSL_cleanse(cipher.data(), cipher.size());
  OPENSSL_cleanse(mac.data(), mac.size());
}

TicketKeys::TicketKeys(milliseconds period, SteadyTime now)
    : period_(period),
      cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr)),
      made_at_(now),
      ring_{make_key()} {}

TicketKeys::~TicketKeys() {
  EVP_CIPHER_free(cipher_);
}

std::shared_ptr<const TicketKeys::Key> TicketKeys::make_key() {
  auto key = std::make_shared<Key>();
  const auto fill = [](auto& bytes) {
    return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
  };
  if (!fill(key->name) || !fill(key->cipher) || !fill(key->mac)) {
    throw std::runtime_error("no random bytes for the keys of session tickets");
  }
  return key;
}

void TicketKeys::rotate(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (now - made_at_ < period_) return;
  // After a long pause, of the machine for instance, none of them is young enough.
  if (now - made_at_ >= 2 * period_) ring_.clear();
  made_at_ = now;
  ring_.insert(ring_.begin(), make_key());
  if (ring_.size() > kKept) ring_.resize(kKept);
}

TicketKeys::Ring TicketKeys::ring() const {
  const std::lock_guard lock(mutex_);
  return ring_;
}

int TicketKeys::apply(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      EVP_MAC_CTX* mac, int seal) const {
  const Ring ring = this->ring();
  auto key = ring.begin();
  if (seal != 0) {
    std::copy((*key)->name.begin(), (*key)->name.end(), name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(cipher_)) != 1) return -1;
  } else {
    key = std::find_if(ring.begin(), ring.end(), [&](const auto& one) {
      return CRYPTO_memcmp(one->name.data(), name, one->name.size()) == 0;
    });
    if (key == ring.end()) return 0;
  }
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(
          OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>((*key)->mac.data()), (*key)->mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>("SHA256"), 0),
      OSSL_PARAM_construct_end()};
  const bool ready =
      EVP_CipherInit_ex2(cipher, cipher_, (*key)->cipher.data(), iv, seal, nullptr) == 1 &&
      EVP_MAC_CTX_set_params(mac, params) == 1;
  if (!ready) return -1;
  return seal != 0 || key == ring.begin() ? 1 : 2;
}

}  // namespace gateway::net
