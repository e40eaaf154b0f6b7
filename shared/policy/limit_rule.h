#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/fields.h"
#include "shared/base/ip.h"
#include "shared/config/policies.h"
#include "shared/policy/keyed_hash.h"
#include "shared/policy/limit_rate.h"
#include "shared/routing/path_pattern.h"
#include "shared/routing/pattern_tree.h"

namespace gateway::policy {

// One thing that a rule counts apart.
struct KeyPart {
  enum class Kind : std::uint8_t { global, ip, user, endpoint, header };
  Kind kind = Kind::global;
  std::string header;  // lower case
  FieldId field = FieldId::other;
  bool operator==(const KeyPart&) const = default;
};

// "global", "ip", "user", "endpoint" or "header:NAME" with a field name (RFC 9110 §5.1).
std::optional<KeyPart> parse_key_part(std::string_view text);

// What a request is counted by. The views must live for the call.
struct LimitRequest {
  UnixMicros now = 0;
  IpAddress client;
  std::string_view user;  // empty: anonymous
  std::string_view method;
  std::string_view path;           // as normalize_path() returns it
  const Fields* fields = nullptr;  // nullptr: none
};

// One `limits.NAME`, compiled. Const once built; any thread.
class LimitRule {
 public:
  // Of a valid config; parts of the key and paths that are not valid are left out.
  explicit LimitRule(const config::Limit& limit);

  const std::string& name() const { return name_; }
  const Rate& rate() const { return rate_; }
  bool observe() const { return observe_; }
  bool needs_user() const { return needs_user_; }
  const std::optional<config::Adaptive>& adaptive() const { return adaptive_; }
  // Hash of name, key, ipv6_prefix, window and algorithm, the same in every process: while it
  // stays, so do the counters. Limit, burst, cost, mode and paths are not part of it.
  std::uint64_t identity() const { return identity_; }

  // The entry that the request is counted under, never 0; `route` is a route_identity().
  // ip: IPv4 whole, IPv6 cut to ipv6_prefix. user: who is anonymous counts by address, apart from
  // every user. header: the first field of the name, whole; a missing one counts as empty.
  std::uint64_t entry_id(const HashKey& key, std::uint64_t route,
                         const LimitRequest& request) const;

  // Whether the rule's own `paths` make it hold for the paths that `route` matches.
  enum class Reach : std::uint8_t { never, sometimes, always };
  Reach reach(const routing::PathPattern& route) const;
  // For one path; only needed where reach() is `sometimes`.
  bool reaches(std::string_view path) const;

 private:
  void add_address(KeyedHash& hash, const IpAddress& address) const;

  std::string name_;
  Rate rate_;
  std::vector<KeyPart> key_;
  std::uint64_t prefix_mask_[2] = {};  // of an IPv6 address, in memory order
  bool observe_;
  bool needs_user_ = false;
  bool everywhere_ = false;  // one of `paths` is "/*"
  std::optional<config::Adaptive> adaptive_;
  std::uint64_t identity_ = 0;
  std::vector<routing::PathPattern> patterns_;
  routing::PatternTree tree_;
  std::uint32_t root_ = 0;
};

// Stands for a route in the keys of its counters, in every process.
std::uint64_t route_identity(std::string_view name);

}  // namespace gateway::policy
