#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/clock.h"
#include "shared/base/decider.h"
#include "shared/config/upstream.h"
#include "shared/policy/retry_budget.h"

namespace gateway::policy {

// What a request may be tried again by: the service's rules with the route's changes.
struct RetryRules {
  config::RetryConditions on;
  std::uint32_t attempts = 1;  // in all; 1: none is repeated
  milliseconds backoff{};
  bool any_method = false;
};

// Without a `retry` table of the service nothing is repeated, whatever the route says.
RetryRules make_retry_rules(const config::UpstreamPolicies& service,
                            const config::RouteUpstream& route);

// Whether a repeated request does no more than a single one (RFC 9110 §9.2.2).
bool is_idempotent(std::string_view method);

// What a request is like when the question of a further attempt comes up.
struct Repeatable {
  bool idempotent = false;
  bool body_replayable = true;  // has no body, or all of it is still at hand
  bool answer_begun = false;    // a byte of an answer has gone to the client
};

// How an attempt failed.
struct FailedAttempt {
  std::uint32_t number = 1;  // counts from 1
  Decider decider = Decider::upstream;
  std::uint16_t status = 0;  // of the upstream's answer, when `decider` is upstream
  // False: no byte of the request has left, so that even a method that is not idempotent is not
  // repeated by a further attempt. true when in doubt.
  bool request_sent = true;
};

struct RetryDecision {
  bool retry = false;
  const char* reason = "";  // a static sentence
};

// Whether a further attempt is made; if so, it is taken off the budget. Any thread.
RetryDecision may_retry(const RetryRules& rules, const Repeatable& request,
                        const FailedAttempt& attempt, RetryBudget& budget, SteadyTime now);

// Whether a second attempt starts beside the first one; if so, it is taken off the budget. Any
// thread.
RetryDecision may_hedge(const Repeatable& request, RetryBudget& budget, SteadyTime now);

// No pause grows beyond this by doubling.
inline constexpr milliseconds kMaxBackoff = 10s;

// The pause after attempt `number` (from 1): anything from nothing to `backoff`, the latter doubled
// with each attempt after the first ("full jitter", so that clients do not come back in step). At
// most kMaxBackoff, or `backoff` when that is longer. `random` is uniform over all 32 bits.
microseconds retry_delay(std::uint32_t number, milliseconds backoff, std::uint32_t random);

}  // namespace gateway::policy
