#pragma once

#include <algorithm>
#include <cstdint>

#include "shared/base/clock.h"

namespace gateway::policy {

// Steady times as the whole numbers that fit into an atomic; none is below 0 in milliseconds.

inline std::uint64_t ms_of(SteadyTime time) {
  const auto ms = std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<milliseconds::rep>(ms, 0));
}

// Rounded up, so that no pause is shorter than stated.
inline std::uint64_t end_ms_of(SteadyTime time) {
  const auto ms = std::chrono::ceil<milliseconds>(time.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<milliseconds::rep>(ms, 0));
}

inline SteadyTime time_of(std::uint64_t ms) {
  return SteadyTime(milliseconds(static_cast<milliseconds::rep>(ms)));
}

inline std::int64_t us_of(SteadyTime time) {
  return std::chrono::floor<microseconds>(time.time_since_epoch()).count();
}

}  // namespace gateway::policy
