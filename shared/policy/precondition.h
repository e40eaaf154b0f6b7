#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/fields.h"

namespace gateway::policy {

// What an answer is told apart from its other versions by; either may be empty.
struct Validators {
  std::string_view etag;           // as it stands: "x" in quotes, W/ before it when it is weak
  std::string_view last_modified;  // an HTTP-date
};

Validators validators_of(const Fields& answer);

// Whether GET or HEAD with these fields is answered by 304: If-None-Match, by weak comparison, or
// else If-Modified-Since (RFC 9110 §13.1.2, §13.1.3). `now`: Unix seconds.
bool is_not_modified(const Fields& request, const Validators& answer, std::int64_t now);

// Whether the request has a condition that only who keeps the resource itself can judge: If-Match,
// If-Unmodified-Since.
bool asks_for_origin(const Fields& request);

// Strong comparison: neither is weak (RFC 9110 §8.8.3.2).
bool same_strong_etag(std::string_view a, std::string_view b);

}  // namespace gateway::policy
