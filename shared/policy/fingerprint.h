#pragma once

#include <string>
#include <string_view>

#include "shared/policy/sha256.h"

namespace gateway::policy {

// Stands for a secret where a person compares two of them: the first hexadecimal digits of a digest
// that is keyed. Whoever has fingerprints and not the key cannot try secrets against them, so the
// key must be random and never leave the process.
class Fingerprints {
 public:
  explicit Fingerprints(const Sha256& key) : key_(key) {}
  // 1 to 64 digits.
  std::string operator()(std::string_view secret, std::size_t digits) const;

 private:
  Sha256 key_;
};

// With a key of its own, drawn now.
Fingerprints fresh_fingerprints();

}  // namespace gateway::policy
