#pragma once

#include <cstdint>

#include "shared/base/clock.h"
#include "shared/base/fields.h"
#include "shared/policy/cache_control.h"
#include "shared/policy/cache_rules.h"

namespace gateway::policy {

// How long a kept answer may be used, in seconds (RFC 9111 §4.2).
struct CacheTimes {
  std::int64_t received = 0;     // Unix seconds
  std::int64_t initial_age = 0;  // corrected_initial_age, when received
  std::int64_t lifetime = 0;     // freshness_lifetime
  std::int64_t stale_while_revalidate = 0;
  std::int64_t stale_if_error = 0;
  bool never_stale = false;  // must-revalidate and its like: no use at all once stale
  bool no_cache = false;     // to be validated before each use

  std::int64_t age(std::int64_t now) const {
    return initial_age + (now > received ? now - received : 0);
  }
};

// What the request says of keeping its answer.
struct CacheAsker {
  bool no_store = false;
  bool authorised = false;  // had credentials, whoever took them: the gateway or the service
  bool told_apart = false;  // CacheRules::by_user, and the gateway knows the user
  bool has_cookie = false;
};

// Whether an answer to GET is kept, and for how long.
struct CacheAnswer {
  bool kept = false;
  const char* why = "";  // a static sentence, when it is not kept
  CacheTimes times;
};

// The answer's head. `delay`: from sending the request to having the head.
struct CacheHead {
  std::uint16_t status = 0;
  const Fields& fields;
  seconds delay{};
};

// RFC 9111 §3 as a shared cache, and more careful in this: without explicit freshness only what the
// route's ttl is for is kept, and that not for requests with cookies; an answer that sets cookies
// is never kept; one with credentials only where the answer itself allows it (§3.5) or users are
// told apart. The targeted fields of RFC 9213 count in place of Cache-Control and Expires.
CacheAnswer judge_answer(const CacheRules& rules, const CacheAsker& asker, const CacheHead& head,
                         std::int64_t now);

}  // namespace gateway::policy
