#include "gatewayd/proxy/service_now.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gatewayd/proxy/refusals.h"

namespace gateway::proxy {
namespace {

// Whether a request now would be refused: an open breaker whose pause is over lets a probe pass.
bool is_shut(const policy::BreakerView& breaker, SteadyTime now) {
  return breaker.state == BreakerState::open && now < breaker.until;
}

std::uint32_t seconds_until(SteadyTime until, SteadyTime now) {
  const auto left = std::chrono::ceil<seconds>(until - now).count();
  return static_cast<std::uint32_t>(std::max<seconds::rep>(left, 1));
}

std::string breaker_text(const policy::BreakerView& breaker, SteadyTime now) {
  if (is_shut(breaker, now)) {
    return fmt::format("open for {}s more{}", seconds_until(breaker.until, now),
                       breaker.by_hand ? ", opened by hand" : "");
  }
  if (breaker.state == BreakerState::closed) return "closed";
  return "half-open: it would be a probe";
}

// Which instances have an address that `is_open` lets through.
template <class IsOpen>
std::vector<std::uint32_t> instances_of(const FleetService& fleet, IsOpen is_open) {
  std::set<std::uint32_t> found;
  for (const FleetService::Peer& peer : fleet.peers) {
    if (is_open(peer)) found.insert(peer.instance);
  }
  return {found.begin(), found.end()};
}

}  // namespace

decision::ServiceNow service_now(const config::Service& service, const FleetService& fleet,
                                 SteadyTime now) {
  using Peer = FleetService::Peer;
  const config::UpstreamPolicies& policies = service.upstream;
  decision::ServiceNow out;
  const auto is_healthy = [&](const Peer& peer) { return peer.state->health.usable(now); };
  const auto is_broken = [&](const Peer& peer) {
    return is_shut(peer.state->breaker.view(now), now);
  };
  const auto healthy = instances_of(fleet, is_healthy);
  if (policies.health || policies.passive_failures > 0) {
    out.instances_healthy = static_cast<std::uint32_t>(healthy.size());
  }
  const bool try_all = healthy.empty() && policies.try_all_when_none;
  const bool breaks_each =
      policies.breaker && policies.breaker->per == config::Breaker::Per::instance;
  out.open_to = instances_of(fleet, [&](const Peer& peer) {
    return (try_all || is_healthy(peer)) && !(breaks_each && is_broken(peer));
  });
  if (breaks_each) {
    const std::size_t broken = instances_of(fleet, is_broken).size();
    out.breaker = broken == 0
                      ? "closed"
                      : fmt::format("open at {} of {} instances", broken, service.instances.size());
  } else if (policies.breaker) {
    const policy::BreakerView breaker = fleet.state->breaker.view(now);
    out.breaker = breaker_text(breaker, now);
    if (is_shut(breaker, now)) {
      out.refusal = breaker_is_open();
      out.retry_after = seconds_until(breaker.until, now);
      return out;
    }
  }
  if (healthy.empty() && !try_all) {
    out.refusal = no_healthy_instance();
  } else if (out.open_to.empty()) {
    out.refusal = all_busy();
  }
  return out;
}

}  // namespace gateway::proxy
