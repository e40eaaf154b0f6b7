#include "gatewayd/proxy/outcome.h"

#include <array>

#include "gatewayd/proxy/fleet_log.h"

namespace gateway::proxy {
namespace {

// Answers that speak against an instance where no breaker says which do.
constexpr std::array<std::uint16_t, 4> kBadStatuses = {500, 502, 503, 504};

std::span<const std::uint16_t> bad_statuses(const config::UpstreamPolicies& policies) {
  if (policies.breaker) return policies.breaker->statuses;
  return kBadStatuses;
}

policy::UpstreamOutcome outcome_of(const Outgoing& request, const AttemptEnd& end) {
  const auto statuses = bad_statuses(request.service.upstream);
  if (end.dropped != 0) return policy::judge(Decider::upstream, end.dropped, statuses);
  if (end.error) return policy::judge(end.error->decider, 0, statuses);
  return policy::judge(request.answer.decider, request.answer.status, statuses);
}

policy::HealthFault fault_of(const policy::UpstreamOutcome& outcome) {
  if (outcome.decider == Decider::upstream) return {"status", outcome.status};
  return {info(outcome.decider).name.data(), 0};  // a literal, so it ends in NUL
}

void tell_health(const Outgoing& request, PeerState& peer, const policy::UpstreamOutcome& outcome) {
  using Verdict = policy::UpstreamOutcome::Verdict;
  if (request.service.upstream.passive_failures == 0) return;
  const policy::HealthRules rules = policy::health_rules(request.service.upstream);
  const Context& context = request.client.context;
  if (outcome.verdict == Verdict::success) {
    report_health(context, peer, peer.health.request_succeeded(rules, request.now()));
  } else if (outcome.verdict == Verdict::failure) {
    report_health(context, peer,
                  peer.health.request_failed(rules, fault_of(outcome), request.now()));
  }
}

}  // namespace

void tell_outcome(const Outgoing& request, const ServiceView& service, Chosen& chosen,
                  policy::BreakerPermit& service_permit, const AttemptEnd& end) {
  if (!request.service.upstream.breaker && request.service.upstream.passive_failures == 0) return;
  const policy::UpstreamOutcome outcome = outcome_of(request, end);
  const Uuid& id = request.workspace.exchange.id;
  const Context& context = request.client.context;
  PeerState& peer = *service.peers[chosen.index].state;
  report_breaker(context, service, nullptr, service_permit.record(outcome, id, request.now()));
  report_breaker(context, service, &peer, chosen.permit.record(outcome, id, request.now()));
  tell_health(request, peer, outcome);
}

}  // namespace gateway::proxy
