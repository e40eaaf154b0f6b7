#include "shared/decision/explain.h"

#include "gatewayd/daemon.h"
#include "gatewayd/proxy/service_now.h"
#include "gatewayd/status.h"

namespace gateway {

// With the counters, keys, breakers and health of the workers and a state of its own: what they
// remember of tokens and passwords is theirs alone.
decision::Explanation ControlBackend::explain(decision::ExplainRequest request) const {
  const auto applied = daemon_.applied();
  const decision::Snapshot& snapshot = *applied->snapshot;
  if (request.time == 0) request.time = SystemClock().unix_now();
  decision::State state{policy::Sha256{}};
  state.limits = &daemon_.limit_table();
  state.cache = &daemon_.cache();
  if (applied->keys != nullptr) state.use_keys(applied->keys->current());
  const auto service_state = [&](std::uint32_t service) {
    return proxy::service_now(snapshot.config.services[service], (*applied->fleet)[service],
                              std::chrono::steady_clock::now());
  };
  auto explanation = decision::explain(snapshot, state, request, service_state);
  explanation.revision = snapshot.revision;
  return explanation;
}

}  // namespace gateway
