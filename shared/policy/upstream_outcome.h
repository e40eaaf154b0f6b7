#pragma once

#include <cstdint>
#include <span>

#include "shared/base/decider.h"

namespace gateway::policy {

// How one attempt at an upstream ended, and what that says about the upstream.
struct UpstreamOutcome {
  enum class Verdict : std::uint8_t {
    success,
    failure,
    neither,  // says nothing about the upstream: the client left, the gateway refused
  };
  Verdict verdict = Verdict::neither;
  Decider decider = Decider::client_closed;
  std::uint16_t status = 0;  // of the upstream's answer; 0: there was none
};

// Whether an attempt counts as a failure of the upstream: an answer whose status is among
// `failure_statuses`; no connection, a broken one, no answer in time, or one that is not HTTP.
// What the client or the gateway itself caused counts as neither. Any thread.
UpstreamOutcome judge(Decider decider, std::uint16_t status,
                      std::span<const std::uint16_t> failure_statuses);

}  // namespace gateway::policy
