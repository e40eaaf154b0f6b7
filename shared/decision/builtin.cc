#include "shared/decision/builtin.h"

#include "shared/decision/steps.h"

namespace gateway::decision {

bool admit_builtin(const Snapshot& snapshot, State& state, Builtin builtin, Exchange& x) {
  if (builtin == Builtin::health) return true;
  identify(snapshot, state, x);
  return judge_network(snapshot, state, x) == Next::go_on;
}

}  // namespace gateway::decision
