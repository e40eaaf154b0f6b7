#include "shared/decision/explain.h"

#include <fmt/format.h>

#include "shared/decision/builtin.h"
#include "shared/decision/explain_asked.h"
#include "shared/decision/explain_lines.h"
#include "shared/decision/pipeline.h"

namespace gateway::decision {
namespace {

using Kind = ExplainLine::Kind;

// A decision waits at most once for each thing there is to bring; this is only to be sure.
constexpr int kMostWaits = 16;

// A head that would not be read as far as a decision.
std::optional<Error> head_fault(const config::Gateway& gateway, const Exchange& x) {
  const std::size_t target = x.raw_path.size() + (x.has_query ? x.query.size() + 1 : 0);
  std::size_t size = x.method.size() + target + 14;  // two spaces, the version, two line ends
  for (const Field& field : *x.fields) size += field.name.size() + field.value.size() + 4;
  if (target > gateway.max_target_size) {
    return Error{Decider::uri_too_long, "The target is longer than gateway.max_target_size."};
  }
  if (size > gateway.max_header_size) {
    return Error{Decider::header_too_large, "The head is larger than gateway.max_header_size."};
  }
  if (x.fields->size() > gateway.max_headers) {
    return Error{Decider::header_too_large, "There are more fields than gateway.max_headers."};
  }
  return std::nullopt;
}

// Brings what needs nobody else; false when that is not all.
bool bring_in_place(const Snapshot& snapshot, const ExplainRequest& request, Exchange& x) {
  switch (x.awaited.kind) {
    case Awaited::Kind::password:
      x.brought.done = true;
      x.brought.password_good = x.awaited.candidate.hash->verify(x.awaited.password.password);
      return true;
    case Awaited::Kind::body:
      x.brought.done = true;
      if (request.body) {
        x.brought.body =
            std::string_view(*request.body).substr(0, snapshot.config.security.threat_body);
      }
      return true;
    default:
      return false;
  }
}

// Says what was not brought.
void tell_not_asked(const Snapshot& snapshot, const Exchange& x, Explanation& out) {
  constexpr std::string_view kAssume = "; to go on, say whom to take it for";
  const config::Config& config = snapshot.config;
  if (x.awaited.kind == Awaited::Kind::introspection) {
    const TokenService& asked = *x.awaited.token_service;
    const std::string name = asked.service < config.services.size()
                                 ? config.services[asked.service].name
                                 : std::string("?");
    leave_open(
        "auth", x.identity != nullptr ? "jwt" : "introspect",
        fmt::format("would ask service {} at {}{}", name, x.awaited.question.target, kAssume), out);
  } else {
    leave_open("auth", "jwt",
               fmt::format("would fetch keys from {}{}", config.auth.jwt->jwks_url.value, kAssume),
               out);
  }
}

bool answers_before_routes(const Snapshot& snapshot, State& state, Exchange& x) {
  const config::Gateway& gateway = snapshot.config.gateway;
  x.refusal = head_fault(gateway, x);
  if (x.refusal) return true;
  const Builtin builtin = asked_builtin(gateway, x.method, x.raw_path);
  if (builtin == Builtin::none) return false;
  if (admit_builtin(snapshot, state, builtin, x)) x.own.status = 200;
  return true;
}

// A body that is announced and not given was scanned as an empty one.
void tell_unread(Explanation& out) {
  for (auto line = out.lines.rbegin(); line != out.lines.rend(); ++line) {
    if (line->label != "threats") continue;
    line->kind = Kind::open;
    line->summary = "the body is not given and so not scanned";
    return;
  }
}

// No request, no draw: one that is not sticky gets any share.
void tell_draw(const Exchange& x, Explanation& out) {
  const RoutePlan& route = *x.route;
  if (route.split.empty() || route.upstream.sticky.kind != config::RequestKey::Kind::none) return;
  out.notes.emplace_back("the route is split and each request drawn: this is one of its services");
}

void tell_client(const Exchange& x, Explanation& out) {
  if (x.client == x.peer) return;
  out.lines.push_back({Kind::passed, "client", std::string(x.client_text),
                       fmt::format("told by {}, a trusted proxy", x.peer_text), "", ""});
}

// What was decided, and whether a body that was looked into was not given.
struct Taken {
  Next next = Next::respond;
  bool unread = false;
};

Taken take(const Snapshot& snapshot, State& state, const ExplainRequest& request, Exchange& x) {
  Taken taken;
  taken.next = decide(snapshot, state, Uuid{}, x);
  for (int waits = 0; taken.next == Next::wait && waits < kMostWaits; ++waits) {
    taken.unread |= x.awaited.kind == Awaited::Kind::body && !request.body;
    if (!bring_in_place(snapshot, request, x)) break;
    taken.next = resume(snapshot, state, x);
  }
  return taken;
}

// Keys that were not at hand: what the daemon would answer then is not what it would decide.
bool lacks_keys(const Snapshot& snapshot, const State& state, const Exchange& x) {
  return x.refusal && x.refusal->decider == Decider::auth_unavailable && state.keys() == nullptr &&
         snapshot.auth.jwt;
}

Explanation told(const Snapshot& snapshot, State& state, const ExplainRequest& request,
                 const ServiceState& service_state) {
  Explanation out;
  Asked asked(request);
  Exchange& x = asked.x;
  out.method = request.method;
  if (answers_before_routes(snapshot, state, x)) {
    tell_steps(snapshot, x, out.lines);
    tell_answer(snapshot, x, out);
    return out;
  }
  const Taken taken = take(snapshot, state, request, x);
  tell_client(x, out);
  tell_steps(snapshot, x, out.lines);
  if (x.route != nullptr) out.route = x.route->name;
  if (taken.unread) tell_unread(out);
  if (x.assumed != nullptr && x.route != nullptr && x.route->auth.empty()) {
    out.notes.emplace_back("the route is public: it asks nobody who they are");
  }
  if (taken.next == Next::wait) {
    tell_not_asked(snapshot, x, out);
  } else if (lacks_keys(snapshot, state, x)) {
    out.lines.pop_back();
    leave_open("auth", "jwt", "the keys of auth.jwt are not at hand", out);
  } else if (taken.next == Next::go_on) {
    tell_draw(x, out);
    tell_forward(snapshot, x, service_state, out);
  } else {
    if (!x.refusal) tell_kept_coding(x, out.lines);
    tell_answer(snapshot, x, out);
  }
  return out;
}

}  // namespace

Explanation explain(const Snapshot& snapshot, State& state, const ExplainRequest& request,
                    const ServiceState& service_state) {
  state.counting = policy::Counting::look;
  return told(snapshot, state, request, service_state);
}

Explanation rehearse(const Snapshot& snapshot, State& state, const ExplainRequest& request) {
  state.counting = policy::Counting::charge;
  return told(snapshot, state, request, {});
}

Ending rehearse_ending(const Snapshot& snapshot, State& state, const ExplainRequest& request) {
  state.counting = policy::Counting::charge;
  Asked asked(request);
  Exchange& x = asked.x;
  if (!answers_before_routes(snapshot, state, x)) {
    const Next next = take(snapshot, state, request, x).next;
    if (next == Next::wait || lacks_keys(snapshot, state, x)) return {};
    if (next == Next::go_on) return {Explanation::Outcome::forward, Decider::upstream, 0};
  }
  const Decider decider = x.refusal ? x.refusal->decider : x.own_decider;
  return {Explanation::Outcome::answer, decider, x.refusal ? info(decider).status : x.own.status};
}

}  // namespace gateway::decision
