#include "gatewayd/proxy/forward.h"

#include "gatewayd/proxy/attempts.h"
#include "gatewayd/proxy/compose.h"
#include "gatewayd/proxy/connect.h"
#include "gatewayd/proxy/fleet_log.h"
#include "gatewayd/proxy/hedge.h"
#include "gatewayd/proxy/held_body.h"
#include "gatewayd/proxy/mirror.h"
#include "gatewayd/proxy/outcome.h"
#include "gatewayd/proxy/peer_choice.h"
#include "gatewayd/proxy/refusals.h"
#include "shared/decision/values.h"

namespace gateway::proxy {
namespace {

using net::Wait;

SteadyTime deadline_of(SteadyTime now, const decision::RoutePlan& route,
                       const config::Service& service) {
  const auto& bound = route.timeout ? route.timeout : service.upstream.timeout;
  return bound ? now + *bound : net::kNever;
}

// What hashing tells this request by.
std::uint64_t balance_key(const config::Service& service, const decision::Exchange& x) {
  if (service.upstream.balance != config::Balance::hash) return 0;
  return policy::request_key_hash(service.upstream.hash_on, decision::key_source(x));
}

// A permit of the service's breaker, or the refusal that it has open.
Result<policy::BreakerPermit, Error> admit(Outgoing& request, const ServiceView& service) {
  const auto& breaker = request.service.upstream.breaker;
  if (!breaker || breaker->per != config::Breaker::Per::service) return policy::BreakerPermit();
  const auto admission = service.state->breaker.admit(request.now());
  report_breaker(request.client.context, service, nullptr, admission.change);
  if (admission.ticket.admitted()) {
    return policy::BreakerPermit(service.state->breaker, admission.ticket);
  }
  request.workspace.exchange.answer_lines.append("Retry-After: ")
      .append(std::to_string(admission.retry_after))
      .append("\r\n");
  return breaker_is_open();
}

// A connection that was idle may have been closed by the upstream just as it was used. That is no
// failure of the service: once more over a fresh one, when repeating does no harm.
bool is_stale(const Outgoing& request, const AttemptEnd& end) {
  const Decider decider = end.error ? end.error->decider : Decider::upstream;
  if (end.answer_begun || decider != Decider::upstream_reset) return false;
  return !request.streamed &&
         (!end.request_sent || policy::is_idempotent(request.workspace.request.method));
}

// One attempt at one peer, over an idle connection or a fresh one.
net::Task<AttemptEnd> attempt_at(Outgoing& request, Upstream& pool) {
  if (auto idle = pool.take(); idle != nullptr) {
    AttemptEnd end = co_await attempt(request, *idle);
    if (!is_stale(request, end)) {
      if (end.reusable) pool.give(std::move(idle));
      co_return end;
    }
    ++request.answer.retries;
    request.workspace.attempts.note_stale();
  }
  auto connected = co_await connect(request, pool);
  if (!connected.ok()) {
    AttemptEnd end;
    end.error = connect_error(connected.error());
    co_return end;
  }
  AttemptEnd end = co_await attempt(request, **connected);
  if (end.reusable) pool.give(std::move(*connected));
  co_return end;
}

// Notes the second attempt and which of the two was slower; `noted` is the other one from then on.
void note_hedge(Outgoing& request, const ServiceView& service, const Chosen& second, bool won,
                std::size_t& noted) {
  AttemptLog& log = request.workspace.attempts;
  const std::size_t hedge =
      log.begin(AttemptLog::Kind::hedge, *service.peers[second.index].state, request.now());
  log.lose(won ? noted : hedge, request.now());
  if (won) noted = hedge;
}

// The same beside a second attempt at another peer, should this one be late.
net::Task<AttemptEnd> attempt_hedging(Outgoing& request, const ServiceView& service,
                                      Attempts& attempts, std::uint64_t key, Chosen& chosen,
                                      std::size_t& noted) {
  Upstream& pool = *service.peers[chosen.index].pool;
  std::unique_ptr<UpstreamConnection> first = pool.take();
  if (first == nullptr) {
    auto connected = co_await connect(request, pool);
    if (!connected.ok()) {
      AttemptEnd end;
      end.error = connect_error(connected.error());
      co_return end;
    }
    first = std::move(*connected);
  }
  std::optional<Chosen> second;
  HedgedEnd hedged = co_await attempt_hedged(request, *first, service, attempts, key, second);
  if (second) {
    ++request.answer.retries;
    note_hedge(request, service, *second, hedged.second, noted);
  }
  if (hedged.second) {
    chosen = std::move(*second);
  } else if (hedged.end.reusable) {
    pool.give(std::move(first));
  }
  co_return std::move(hedged.end);
}

bool may_hedge(const Outgoing& request) {
  return request.service.upstream.hedge_after && request.body.ended() &&
         policy::is_idempotent(request.workspace.request.method);
}

// Waits before another attempt; false when the client left meanwhile.
net::Task<bool> back_off(Outgoing& request, SteadyTime until) {
  if (until <= request.now()) co_return true;
  net::Pause pause(request.client.context.loop);
  request.client.cancel_on_leave(&pause);
  const Wait wait = co_await pause.until(std::min(until, request.deadline));
  request.client.cancel_on_leave(nullptr);
  co_return wait != Wait::interrupted;
}

// How much of a body is held back for another attempt, or for a copy; 0: none is.
std::size_t held_at_most(const Outgoing& request, const config::RouteUpstream& route) {
  const std::size_t copied =
      request.workspace.exchange.mirror != decision::kNoService ? kMaxMirroredBody : 0;
  const auto& retry = request.service.upstream.retry;
  if (!retry) return copied;
  const bool any = route.retry_any_method.value_or(retry->any_method);
  const bool repeats = any || policy::is_idempotent(request.workspace.request.method);
  return std::max<std::size_t>(repeats ? retry->max_body : 0, copied);
}

void mirror_to(const Outgoing& request, const View& view, std::uint32_t index) {
  if (!request.body.ended() || !passed_upgrade(request.workspace.request).empty()) return;
  const config::Service& service = view.snapshot->config.services[index];
  mirror_request(request, *view.services[index], service, patience_of(service, {}));
}

void note_end(Outgoing& request, const AttemptEnd& end, std::size_t noted) {
  const Answer& answer = request.answer;
  const Decider decider = end.dropped != 0 ? Decider::upstream
                          : end.error      ? end.error->decider
                                           : answer.decider;
  const std::uint16_t status = end.dropped != 0 ? end.dropped : end.error ? 0 : answer.status;
  request.workspace.attempts.end(noted, decider, status, request.now());
}

// Attempts until one succeeds, or no other is to be made.
net::Task<std::optional<Error>> try_peers(Outgoing& request, const View& view,
                                          const ServiceView& service, Attempts& attempts) {
  const std::uint32_t index = request.workspace.exchange.service;
  const std::uint64_t key = balance_key(request.service, request.workspace.exchange);
  for (;;) {
    auto permit = admit(request, service);
    if (!permit.ok()) co_return permit.error();
    Chosen chosen;
    const Lack lack = choose_peer(request, service, attempts, key, chosen);
    if (lack != Lack::nothing) {
      auto error = co_await wait_for_peer(request, service, attempts, key, lack, chosen);
      if (error) co_return error;
    }
    const Peer& peer = service.peers[chosen.index];
    attempts.begin(chosen.index);
    request.answer.instance = view.snapshot->instance_ids[index][peer.instance];
    AttemptLog& log = request.workspace.attempts;
    const auto kind = attempts.number() > 1 ? AttemptLog::Kind::retry : AttemptLog::Kind::first;
    std::size_t noted = log.begin(kind, *peer.state, request.now());
    name_attempt(noted, request.workspace);
    AttemptEnd end;
    if (may_hedge(request)) {
      end = co_await attempt_hedging(request, service, attempts, key, chosen, noted);
    } else {
      end = co_await attempt_at(request, *peer.pool);
    }
    request.answer.bytes_in = std::max(request.answer.bytes_in, request.body.bytes());
    note_end(request, end, noted);
    tell_outcome(request, service, chosen, *permit, end);
    const bool again = attempts.again(end);
    if (!again) co_return std::move(end.error);
    ++request.answer.retries;
    const auto random = static_cast<std::uint32_t>(random_of(request, attempts.number()) >> 32);
    const SteadyTime until = attempts.pause_until(request.now(), random);
    const bool stayed = co_await back_off(request, until);
    if (!stayed) co_return Error{Decider::client_closed, "The client left."};
    if (request.now() >= request.deadline) {
      co_return Error{Decider::upstream_timeout, "The service did not answer in time."};
    }
  }
}

}  // namespace

Patience patience_of(const config::Service& service, const config::RouteUpstream& route) {
  return {route.connect_timeout.value_or(service.connect_timeout),
          route.response_timeout.value_or(service.response_timeout),
          route.read_timeout.value_or(service.upstream.read_timeout)};
}

net::Task<std::optional<Error>> forward(ClientConnection& client, const View& view,
                                        Workspace& workspace, Answer& answer) {
  const decision::RoutePlan& route = *workspace.exchange.route;
  const decision::Snapshot& snapshot = *view.snapshot;
  const std::uint32_t index = workspace.exchange.service;
  const config::Service& service = snapshot.config.services[index];
  const ServiceView& service_view = *view.services[index];
  const http::RequestHead& head = workspace.request;
  const config::Gateway& gateway = snapshot.config.gateway;
  Outgoing request{client,
                   snapshot,
                   gateway,
                   service,
                   workspace,
                   answer,
                   patience_of(service, route.upstream),
                   deadline_of(client.context.loop.now(), route, service),
                   http::BodyReader(head.framing, head.content_length, gateway.max_body_size),
                   nullptr,
                   {}};
  compose_request_head(client, snapshot, authority_of(service.instances.front()), workspace);
  hold_received_body(request);
  Attempts attempts(request, service_view, route.upstream);
  request.attempts = &attempts;
  if (service.upstream.retry) service_view.state->budget.count_request(request.now());
  const std::size_t most = held_at_most(request, route.upstream);
  if (most > 0 && !request.body.ended()) {
    auto error = co_await hold_body(request, most);
    if (error) co_return error;
  }
  if (workspace.exchange.mirror != decision::kNoService) {
    mirror_to(request, view, workspace.exchange.mirror);
  }
  co_return co_await try_peers(request, view, service_view, attempts);
}

}  // namespace gateway::proxy
