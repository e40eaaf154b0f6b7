#pragma once

#include "shared/decision/pipeline.h"

namespace gateway::decision {

// One decision. Called in the order of pipeline.cc; after Next::wait once more, with what it asked
// for in exchange.brought.
using Policy = Next (*)(const Snapshot&, State&, Exchange&);

// Who asks, and for what (request_steps.cc).
Next identify(const Snapshot&, State&, Exchange&);
Next judge_network(const Snapshot&, State&, Exchange&);
Next read_host(const Snapshot&, State&, Exchange&);
Next normalize(const Snapshot&, State&, Exchange&);
Next find_route(const Snapshot&, State&, Exchange&);

// What may not pass whoever asks (guard_steps.cc).
Next judge_route_network(const Snapshot&, State&, Exchange&);
Next judge_origin(const Snapshot&, State&, Exchange&);
Next judge_form(const Snapshot&, State&, Exchange&);
Next scan_head(const Snapshot&, State&, Exchange&);
Next judge_source(const Snapshot&, State&, Exchange&);
Next scan_body(const Snapshot&, State&, Exchange&);

// How often (limit_steps.cc).
Next count_anyone(const Snapshot&, State&, Exchange&);
Next count_user(const Snapshot&, State&, Exchange&);

// By whom (auth_steps.cc).
Next authenticate(const Snapshot&, State&, Exchange&);
Next judge_access(const Snapshot&, State&, Exchange&);

// Where it goes (service_steps.cc).
Next choose_service(const Snapshot&, State&, Exchange&);

// What becomes of it (shape_steps.cc).
Next shape_request(const Snapshot&, State&, Exchange&);
Next answer_itself(const Snapshot&, State&, Exchange&);

// What is kept already (cache_steps.cc).
Next consult_cache(const Snapshot&, State&, Exchange&);

// Asks the shell for something; the same decision is taken again once it has answered.
inline Next wait_for(Exchange& exchange, Awaited::Kind what) {
  exchange.awaited.kind = what;
  exchange.brought = {};
  return Next::wait;
}

// Whether the decision is taken again with what it waited for.
inline bool is_answered(Exchange& exchange, Awaited::Kind what) {
  if (exchange.awaited.kind != what) return false;
  exchange.awaited.kind = Awaited::Kind::nothing;
  return true;
}

// Ends the request with a refusal.
inline Next refuse(Exchange& exchange, Decider decider, const char* detail) {
  exchange.refusal = Error{decider, detail};
  return Next::respond;
}

inline Next refuse(Exchange& exchange, Error error, const Step& step) {
  exchange.trace.add(step);
  exchange.refusal = error;
  return Next::respond;
}

}  // namespace gateway::decision
