#include "shared/decision/explain.h"

#include "gatewayd/daemon.h"
#include "gatewayd/status.h"

namespace gateway {

// With the counters and keys of the workers and a state of its own: what they remember of tokens
// and passwords is theirs alone.
decision::Explanation ControlBackend::explain(decision::ExplainRequest request) const {
  const auto applied = daemon_.applied();
  const decision::Snapshot& snapshot = *applied->snapshot;
  if (request.time == 0) request.time = SystemClock().unix_now();
  decision::State state{policy::Sha256{}};
  state.limits = &daemon_.limit_table();
  if (applied->keys != nullptr) state.use_keys(applied->keys->current());
  auto explanation = decision::explain(snapshot, state, request);
  explanation.revision = snapshot.revision;
  return explanation;
}

}  // namespace gateway
