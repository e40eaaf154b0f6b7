#include "shared/policy/fingerprint.h"

#include <openssl/rand.h>

#include <cstdlib>

namespace gateway::policy {

std::string Fingerprints::operator()(std::string_view secret, std::size_t digits) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::string_view key(reinterpret_cast<const char*>(key_.data()), key_.size());
  // The key on both sides, so that no digest is the beginning of a longer secret's.
  const Sha256 digest = sha256({key, secret, key});
  std::string text;
  for (std::size_t i = 0; i < digits && i < 2 * digest.size(); ++i) {
    text += kDigits[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 0xf];
  }
  return text;
}

Fingerprints fresh_fingerprints() {
  Sha256 key{};
  if (::RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) std::abort();
  return Fingerprints(key);
}

}  // namespace gateway::policy
