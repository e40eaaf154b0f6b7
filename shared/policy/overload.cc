#include "shared/policy/overload.h"

#include <algorithm>

namespace gateway::policy {

OverloadVerdict decide_overload(OverloadState& state, microseconds lag, milliseconds max_lag,
                                SteadyTime now) {
  const bool shedding = now < state.until;
  if (lag > max_lag || (shedding && lag * 2 > max_lag)) {
    if (!shedding) state.since = now;
    state.until = now + max_lag;
  }
  if (now >= state.until) return {};
  const auto lasted = std::chrono::floor<seconds>(now - state.since).count();
  const auto longest = static_cast<seconds::rep>(kMaxRetryAfter);
  return {true, static_cast<std::uint32_t>(std::clamp<seconds::rep>(1 + lasted, 1, longest))};
}

}  // namespace gateway::policy
