#pragma once

#include <cstdint>

#include "shared/policy/cache_answer.h"
#include "shared/policy/cache_control.h"

namespace gateway::policy {

// What becomes of a kept answer that fits a request.
struct CacheReuse {
  enum class Use : std::uint8_t {
    fresh,    // sent
    stale,    // sent although it is stale, as the client takes it so (max-stale)
    refresh,  // sent although it is stale, and validated beside it (RFC 5861 §3)
    validate  // sent only once the service says that it still holds
  };
  Use use = Use::validate;
  const char* why = "";          // a static sentence
  bool asked_by_client = false;  // validate: the client wants it
  bool if_error = false;         // validate: sent all the same when the service fails (§4)
  std::int64_t age = 0;          // seconds
  std::int64_t left = 0;         // seconds of freshness; negative: stale for so long
};

// RFC 9111 §4.2 and §5.2.1, RFC 5861. `now`: Unix seconds.
CacheReuse judge_reuse(const CacheTimes& times, const CacheControl& request, std::int64_t now);

}  // namespace gateway::policy
