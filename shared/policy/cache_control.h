#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/base/clock.h"
#include "shared/base/fields.h"

namespace gateway::policy {

// The longest time that a directive can state: 2^31 seconds (RFC 9111 §1.2.2).
inline constexpr seconds kLongestDelta{2147483648};

// What Cache-Control says, in either direction (RFC 9111 §5.2, RFC 5861). A directive that names
// fields (private="X-A", no-cache="X-A") counts as the one that names none: keeping less than is
// allowed is always right. A time that is no number counts as 0, so that what carries it is stale;
// of several the shortest counts. Unknown directives are passed over.
struct CacheControl {
  bool no_store = false;
  bool no_cache = false;
  bool is_private = false;
  bool is_public = false;
  bool must_revalidate = false;
  bool proxy_revalidate = false;
  bool no_transform = false;
  bool only_if_cached = false;
  bool any_stale = false;  // max-stale without a time
  std::optional<seconds> max_age;
  std::optional<seconds> s_maxage;
  std::optional<seconds> min_fresh;
  std::optional<seconds> max_stale;
  std::optional<seconds> stale_while_revalidate;
  std::optional<seconds> stale_if_error;
};

// Of all Cache-Control fields together. A request without one, but with Pragma: no-cache, says
// no-cache (RFC 9111 §5.4); an answer's Pragma says nothing.
CacheControl parse_request_cache_control(const Fields& fields);
CacheControl parse_answer_cache_control(const Fields& fields);

// The fields that speak to this cache alone, the first of which counts that is there and whose
// value is a dictionary (RFC 9213 §2.1): Gateway-Cache-Control, CDN-Cache-Control. None: Cache-
// Control and Expires count.
std::optional<CacheControl> parse_targeted_cache_control(const Fields& fields);

// Of a delta-seconds value; nothing when it is no number.
std::optional<seconds> parse_delta(std::string_view text);

}  // namespace gateway::policy
