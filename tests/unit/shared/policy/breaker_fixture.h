#pragma once

#include <array>

#include "shared/policy/breaker.h"

namespace gateway::policy {

inline constexpr SteadyTime kBegin{1000s};

// Five failures in a row, a pause of 60 s, one probe at once, two successes.
inline config::Breaker breaker_config() {
  config::Breaker config;
  config.open_for = 60s;
  config.window = 10s;
  config.statuses = {500, 502, 503, 504};
  return config;
}

inline constexpr UpstreamOutcome kSuccess{UpstreamOutcome::Verdict::success, Decider::upstream,
                                          200};
inline constexpr UpstreamOutcome kFailure{UpstreamOutcome::Verdict::failure,
                                          Decider::upstream_connect, 0};
inline constexpr UpstreamOutcome kLeft{UpstreamOutcome::Verdict::neither, Decider::client_closed,
                                       0};

inline Uuid request_id(std::uint8_t number) {
  Uuid id;
  id.bytes.fill(number);
  return id;
}

// One request from admission to outcome.
inline BreakerChange send(Breaker& breaker, const UpstreamOutcome& outcome, SteadyTime now,
                          std::uint8_t id = 1) {
  return breaker.record(breaker.admit(now).ticket, outcome, request_id(id), now);
}

// `count` failures; the last one's change.
inline BreakerChange fail(Breaker& breaker, int count, SteadyTime now) {
  BreakerChange change;
  for (int i = 0; i < count; ++i) change = send(breaker, kFailure, now);
  return change;
}

}  // namespace gateway::policy
