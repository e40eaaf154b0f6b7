#include "gatewayd/proxy/peer_choice.h"

#include <cstring>

#include "gatewayd/proxy/fleet_log.h"
#include "gatewayd/proxy/refusals.h"

namespace gateway::proxy {
namespace {

using net::Wait;

bool breaks_each(const config::Service& service) {
  return service.upstream.breaker &&
         service.upstream.breaker->per == config::Breaker::Per::instance;
}

// The peers as the balancer is to see them. False when none of them is healthy.
bool list_candidates(const Outgoing& request, const ServiceView& service) {
  const std::uint32_t most = request.service.upstream.max_connections;
  const SteadyTime now = request.now();
  bool any_healthy = false;
  for (std::size_t i = 0; i < service.peers.size(); ++i) {
    const PeerState& peer = *service.peers[i].state;
    any_healthy |= peer.health.usable(now);
  }
  const bool try_all = !any_healthy && request.service.upstream.try_all_when_none;
  for (std::size_t i = 0; i < service.peers.size(); ++i) {
    const Peer& peer = service.peers[i];
    policy::Candidate& candidate = service.candidates[i];
    candidate.weight = peer.weight;
    candidate.in_flight = peer.state->in_flight.load(std::memory_order_relaxed);
    candidate.since = peer.state->health.usable_since(now);
    candidate.usable = (try_all || peer.state->health.usable(now)) && candidate.in_flight < most;
  }
  return any_healthy || try_all;
}

// Takes a place at the peer, unless another worker took the last one meanwhile.
bool take_place(const Outgoing& request, const ServiceView& service, std::uint32_t index,
                Chosen& chosen) {
  PeerState& peer = *service.peers[index].state;
  const std::uint32_t before = peer.in_flight.fetch_add(1, std::memory_order_relaxed);
  Place place(service, peer);
  if (before >= request.service.upstream.max_connections) return false;
  if (breaks_each(request.service)) {
    const auto admission = peer.breaker.admit(request.now());
    report_breaker(request.client.context, service, &peer, admission.change);
    if (!admission.ticket.admitted()) return false;
    chosen.permit = policy::BreakerPermit(peer.breaker, admission.ticket);
  }
  chosen.index = index;
  chosen.place = std::move(place);
  return true;
}

// Of one peer nothing is to be chosen but whether it may be used.
Lack take_only_peer(const Outgoing& request, const ServiceView& service, Chosen& chosen) {
  const PeerState& peer = *service.peers.front().state;
  const config::UpstreamPolicies& policies = request.service.upstream;
  if (!peer.health.usable(request.now()) && !policies.try_all_when_none) return Lack::healthy;
  if (peer.in_flight.load(std::memory_order_relaxed) >= policies.max_connections) return Lack::free;
  return take_place(request, service, 0, chosen) ? Lack::nothing : Lack::free;
}

Lack look(const Outgoing& request, const ServiceView& service, const Attempts& attempts,
          std::uint64_t key, Chosen& chosen) {
  if (service.peers.size() == 1) return take_only_peer(request, service, chosen);
  if (!list_candidates(request, service)) return Lack::healthy;
  policy::BalanceAsk ask;
  ask.now = request.now();
  ask.random = random_of(request, attempts.number());
  ask.key = key;
  ask.tried = attempts.tried();
  for (;;) {
    const auto index = service.balancer.choose(service.candidates, ask);
    if (!index) return Lack::free;
    if (take_place(request, service, *index, chosen)) return Lack::nothing;
    service.candidates[*index].usable = false;
  }
}

Error error_of(Lack lack) {
  return lack == Lack::healthy ? no_healthy_instance() : all_busy();
}

}  // namespace

std::uint64_t random_of(const Outgoing& request, std::uint32_t attempt) {
  // The last eight bytes of a UUIDv7 are random but for two bits (RFC 9562 §5.7).
  std::uint64_t bits = 0;
  std::memcpy(&bits, request.workspace.exchange.id.bytes.data() + 8, sizeof(bits));
  bits += attempt * 0x9e3779b97f4a7c15u;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return bits ^ (bits >> 31);
}

Lack choose_peer(Outgoing& request, const ServiceView& service, const Attempts& attempts,
                 std::uint64_t key, Chosen& chosen) {
  // Whoever waits was there before.
  if (!service.waiting.empty()) return Lack::free;
  return look(request, service, attempts, key, chosen);
}

net::Task<std::optional<Error>> wait_for_peer(Outgoing& request, const ServiceView& service,
                                              const Attempts& attempts, std::uint64_t key,
                                              Lack lack, Chosen& chosen) {
  const config::Queue& queue = request.service.upstream.queue;
  if (lack == Lack::healthy || service.waiting.size() >= queue.size) co_return error_of(lack);
  WaitQueue::Place place(service.waiting, request.client.context.loop);
  const SteadyTime deadline = request.until(queue.timeout);
  while (request.now() < deadline) {
    request.client.cancel_on_leave(&place.wait());
    const Wait wait = co_await place.until_look(deadline);
    request.client.cancel_on_leave(nullptr);
    if (wait == Wait::interrupted) {
      co_return Error{Decider::client_closed, "The client left."};
    }
    if (!place.is_first()) continue;
    const Lack still = look(request, service, attempts, key, chosen);
    if (still == Lack::nothing) co_return std::nullopt;
    if (still == Lack::healthy) co_return error_of(Lack::healthy);
  }
  co_return error_of(Lack::free);
}

std::optional<Chosen> choose_other_peer(Outgoing& request, const ServiceView& service,
                                        const Attempts& attempts, std::uint64_t key) {
  Chosen found;
  if (look(request, service, attempts, key, found) != Lack::nothing) return std::nullopt;
  for (const std::uint32_t tried : attempts.tried()) {
    if (tried == found.index) return std::nullopt;
  }
  return found;
}

}  // namespace gateway::proxy
