#pragma once

#include <string>
#include <vector>

#include "shared/config/policies.h"
#include "shared/policy/limit_rate.h"

namespace gateway::policy {

inline constexpr UnixMicros kSecond = 1'000'000;
inline constexpr UnixMicros kHour = 3600 * kSecond;
inline constexpr UnixMicros kDay = 24 * kHour;
// A multiple of 30 days, so that every window of whole days, hours or minutes starts here.
inline constexpr UnixMicros kStart = 690 * 30 * kDay;

inline config::Limit make_limit(std::uint32_t limit, milliseconds window, std::uint32_t burst = 0) {
  config::Limit result;
  result.name = "test";
  result.key = {{"ip", {}}};
  result.limit = limit;
  result.window = window;
  result.burst = burst;
  return result;
}

inline config::Limit make_bucket(std::uint32_t limit, milliseconds window,
                                 std::uint32_t burst = 0) {
  config::Limit result = make_limit(limit, window, burst);
  result.algorithm = config::Limit::Algorithm::token_bucket;
  return result;
}

}  // namespace gateway::policy
