#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/verification_key.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxKeys = 64;  // of one source
inline constexpr std::size_t kMaxKeyFileSize = 1024 * 1024;
inline constexpr std::size_t kMaxKidSize = 256;

// What one source of keys gave.
struct LoadedKeys {
  std::vector<VerificationKey::Pointer> keys;
  std::vector<std::string> notes;  // what was left out or is weak, a sentence each; no secret
};

// The key of the HS algorithms. Notes a secret that is shorter than the hash of HS256, 32 bytes;
// such a key serves all the same.
LoadedKeys load_secret(std::string_view secret);

// Public keys and certificates of a PEM text (RFC 7468), in its order; a certificate is a wrapping
// here: neither its dates nor its issuer count, as the file itself is what is trusted. Private keys
// and unknown blocks are left out and noted. Never makes a key of the HS algorithms.
LoadedKeys load_pem(std::string_view text);

// The keys that tokens are verified with, from any number of sources. Immutable; shared by threads.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(std::vector<VerificationKey::Pointer> keys);

  std::span<const VerificationKey::Pointer> keys() const { return keys_; }
  bool empty() const { return keys_.empty(); }
  // The same number for the same keys in the same order: a set that was fetched anew and has not
  // changed need not cost what was remembered with the former one.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::vector<VerificationKey::Pointer> keys_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace gateway::policy
