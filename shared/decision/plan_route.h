#pragma once

#include "shared/decision/snapshot.h"

namespace gateway::decision {

// Compiles `route` for `snapshot`, whose config, CORS rules and limits are there already. The
// config has no errors. Its service and the names of the journal are filled in by the caller.
RoutePlan plan_route(const config::Route& route, const Snapshot& snapshot);

}  // namespace gateway::decision
