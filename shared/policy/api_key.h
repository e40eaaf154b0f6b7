#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/fields.h"
#include "shared/config/policies.h"
#include "shared/policy/identity.h"
#include "shared/policy/sha256.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxApiKeySize = 512;  // bytes that are hashed for a request

// A digest as 64 hex digits of either case.
std::optional<Sha256> parse_sha256(std::string_view hex);

// What a request's key came to.
struct ApiKeyVerdict {
  enum class Kind : std::uint8_t {
    absent,     // no key in it
    good,       // `identity` tells whose
    malformed,  // more than one key, or one that cannot be read: 400
    unknown,
    expired,
  };
  Kind kind = Kind::absent;
  std::shared_ptr<const Identity> identity;
  const char* detail = "";  // a static sentence for the client
};

// Keys by their SHA-256. Built once a snapshot; const afterwards.
//
// The digests are sorted. Those that share the first 16 bits with the digest of what was presented
// are found by these bits and all compared in constant time: what the time can tell is whether
// some stored digest begins with 16 bits that the sender could compute himself. Of a key itself
// nothing is compared at all.
class ApiKeyRules {
 public:
  // A key whose digest or date cannot be read never counts (a checked config has none).
  explicit ApiKeyRules(const config::ApiKeyAuth& auth);

  // Looks for a key in the field and in the query, when the rules name a parameter. `query` is as
  // received, without "?"; names and values are percent-decoded, "+" stands for itself.
  ApiKeyVerdict check(const Fields& fields, std::string_view query, UnixMicros now) const;

  // The parameter that holds a key, which an upstream and a log must not see; empty: none.
  const std::string& query_name() const { return query_; }
  const std::string& field_name() const { return header_; }

 private:
  struct Entry {
    Sha256 digest;
    std::shared_ptr<const Identity> identity;
  };

  ApiKeyVerdict look_up(std::string_view key, UnixMicros now) const;

  std::string header_;
  std::string query_;
  std::vector<Entry> entries_;  // by digest
};

}  // namespace gateway::policy
