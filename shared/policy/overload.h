#pragma once

#include <cstdint>

#include "shared/base/clock.h"

namespace gateway::policy {

// Whether a worker's new requests are refused; state of one worker, used by its thread alone.
struct OverloadState {
  SteadyTime since{};  // the spell of refusing began
  SteadyTime until{};  // it ends, unless the worker is late again
};

struct OverloadVerdict {
  bool shed = false;
  std::uint32_t retry_after = 0;  // seconds, 1 to kMaxRetryAfter; 0: not shed
};

// Longest Retry-After: the longer the overload has lasted, the longer clients are told to stay
// away.
inline constexpr std::uint32_t kMaxRetryAfter = 10;

// Whether a request that has just come is refused, so that those under way get done: the newest
// work goes first. `lag` is how late the worker is just now.
//
// Refusing begins with a lag of more than `max_lag` and ends once the lag has stayed at half of it
// or less for as long as `max_lag`. Ends by itself, also when no request comes meanwhile.
OverloadVerdict decide_overload(OverloadState& state, microseconds lag, milliseconds max_lag,
                                SteadyTime now);

}  // namespace gateway::policy
