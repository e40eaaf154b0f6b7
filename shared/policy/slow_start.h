#pragma once

#include <cstdint>

#include "shared/base/clock.h"

namespace gateway::policy {

inline constexpr std::uint32_t kFullShare = 1000;  // per mille of a weight
// What an instance starts with: enough that it warms up, little enough that a cold one slows few.
inline constexpr std::uint32_t kFirstShare = 100;

// How much of its weight an instance has that is in use again since `since`: kFirstShare at once,
// then growing linearly to kFullShare after `slow_start`. A slow_start of 0 gives the full share at
// once. SteadyTime::min() as `since` means: always was there.
inline std::uint32_t slow_start_share(milliseconds slow_start, SteadyTime since, SteadyTime now) {
  if (slow_start <= 0ms || now >= since + slow_start) return kFullShare;
  if (now <= since) return kFirstShare;
  const auto grown = (now - since).count() * (kFullShare - kFirstShare) /
                     std::chrono::duration_cast<SteadyTime::duration>(slow_start).count();
  return kFirstShare + static_cast<std::uint32_t>(grown);
}

}  // namespace gateway::policy
