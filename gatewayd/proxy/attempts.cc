#include "gatewayd/proxy/attempts.h"

namespace gateway::proxy {

Attempts::Attempts(const Outgoing& request, const ServiceView& service,
                   const config::RouteUpstream& route)
    : request_(request),
      service_(service),
      rules_(policy::make_retry_rules(request.service.upstream, route)) {}

void Attempts::begin(std::uint32_t peer) {
  ++number_;
  backs_off_ = false;
  if (tried_count_ < kMostTried) tried_[tried_count_++] = peer;
}

policy::Repeatable Attempts::repeatable() const {
  const bool idempotent = policy::is_idempotent(request_.workspace.request.method);
  return {idempotent, !request_.streamed, false};
}

bool Attempts::drops(std::uint16_t status) {
  if (rules_.attempts <= 1 || status < 400) return false;
  const policy::FailedAttempt failed{number_, Decider::upstream, status, true};
  const auto decision =
      policy::may_retry(rules_, repeatable(), failed, service_.state->budget, request_.now());
  backs_off_ = decision.retry;
  return decision.retry;
}

// Nothing was sent: whoever else there is may have the request, as if it had been chosen first.
bool Attempts::passes_over(const AttemptEnd& end) const {
  const Decider decider = end.error->decider;
  const bool unreached = decider == Decider::upstream_connect ||
                         decider == Decider::upstream_connect_timeout ||
                         decider == Decider::upstream_tls || decider == Decider::upstream_resolve;
  return unreached && number_ < kMaxConnects && number_ < service_.peers.size();
}

bool Attempts::again(const AttemptEnd& end) {
  if (end.dropped != 0) return true;
  if (!end.error || request_.now() >= request_.deadline) return false;
  if (passes_over(end)) return true;
  if (rules_.attempts <= 1) return false;
  const policy::FailedAttempt failed{number_, end.error->decider, 0, end.request_sent};
  const auto decision =
      policy::may_retry(rules_, repeatable(), failed, service_.state->budget, request_.now());
  backs_off_ = decision.retry;
  return decision.retry;
}

bool Attempts::hedges() {
  return policy::may_hedge(repeatable(), service_.state->budget, request_.now()).retry;
}

SteadyTime Attempts::pause_until(SteadyTime now, std::uint32_t random) const {
  return backs_off_ ? now + policy::retry_delay(number_, rules_.backoff, random) : now;
}

}  // namespace gateway::proxy
