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

void tell_client(const Exchange& x, Explanation& out) {
  if (x.client == x.peer) return;
  out.lines.push_back({Kind::passed, "client", std::string(x.client_text),
                       fmt::format("told by {}, a trusted proxy", x.peer_text), "", ""});
}

}  // namespace

Explanation explain(const Snapshot& snapshot, State& state, const ExplainRequest& request,
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
  state.counting = policy::Counting::look;
  Next next = decide(snapshot, state, Uuid{}, x);
  bool unread = false;
  for (int waits = 0; next == Next::wait && waits < kMostWaits; ++waits) {
    unread |= x.awaited.kind == Awaited::Kind::body && !request.body;
    if (!bring_in_place(snapshot, request, x)) break;
    next = resume(snapshot, state, x);
  }
  tell_client(x, out);
  tell_steps(snapshot, x, out.lines);
  if (unread) tell_unread(out);
  const bool no_keys = x.refusal && x.refusal->decider == Decider::auth_unavailable &&
                       state.keys() == nullptr && snapshot.auth.jwt;
  if (x.assumed != nullptr && x.route != nullptr && x.route->auth.empty()) {
    out.notes.emplace_back("the route is public: it asks nobody who they are");
  }
  if (next == Next::wait) {
    tell_not_asked(snapshot, x, out);
  } else if (no_keys) {
    out.lines.pop_back();
    leave_open("auth", "jwt", "the keys of auth.jwt are not at hand", out);
  } else if (next == Next::go_on) {
    tell_forward(snapshot, x, service_state, out);
  } else {
    tell_answer(snapshot, x, out);
  }
  return out;
}

}  // namespace gateway::decision
