#include "shared/decision/pipeline.h"

#include <array>

#include "shared/decision/steps.h"

namespace gateway::decision {
namespace {

constexpr std::array<Policy, 19> kPolicies = {
    identify,             // who asks: an id and an address for whatever is logged below
    judge_network,        // the cheapest refusal first
    read_host,            // routes are chosen by host and path
    normalize,            // one form of the path for routing, rewriting and the upstream
    find_route,           // everything below depends on the route
    judge_route_network,  // as above, for this route
    judge_origin,         // a preflight never carries credentials
    judge_form,           // sizes and types: no more than a look at the fields
    scan_head,            // what is hostile is not counted, nor asked who it is
    count_anyone,         // an attacker must not buy signature checks for free
    authenticate,         // who is asking
    judge_access,         // what they may
    judge_source,         // whether they meant to: CSRF, for which it must be known how they came
    count_user,           // how often they may
    scan_body,            // reading costs most, so it is done for who has passed all else
    choose_service,       // of a split, by who is asking
    answer_itself,        // a route without a service ends here
    shape_request,        // what is sent, and so what an answer depends on
    consult_cache,        // last: who may not ask must not be answered from it either
};

Next run(const Snapshot& snapshot, State& state, Exchange& x) {
  for (; x.next_policy < kPolicies.size(); ++x.next_policy) {
    const Next next = kPolicies[x.next_policy](snapshot, state, x);
    if (next != Next::go_on) return next;
  }
  return Next::go_on;
}

}  // namespace

void reset(Exchange& x) {
  x.route = nullptr;
  x.service = x.mirror = kNoService;
  x.host = x.path = x.upstream_path = x.upstream_query = {};
  x.has_upstream_query = false;
  x.peer_trusted = false;
  x.tracing.traced = x.tracing.sampled = false;
  x.trace.clear();
  x.limits.clear();
  x.head_threats.findings.clear();
  x.body_threats.findings.clear();
  x.cors = {};
  x.identity.reset();
  x.refusal.reset();
  x.own = {};
  x.own_decider = Decider::builtin;
  x.answer_lines.clear();
  if (x.cache.kind != CacheTurn::Kind::none) x.cache = {};
  x.compress = {};
  x.awaited.kind = Awaited::Kind::nothing;
  x.next_policy = 0;
  x.next_auth = 0;
  x.auth_unavailable = false;
  x.auth_fault = "";
}

Next decide(const Snapshot& snapshot, State& state, const Uuid& fresh, Exchange& x) {
  if (x.id != fresh) set_id(x, fresh);
  x.upstream_query = x.query;
  x.has_upstream_query = x.has_query;
  return run(snapshot, state, x);
}

Next consult_again(const Snapshot& snapshot, State& state, Exchange& x) {
  return consult_cache(snapshot, state, x);
}

Next resume(const Snapshot& snapshot, State& state, Exchange& x) {
  return run(snapshot, state, x);
}

}  // namespace gateway::decision
