#pragma once

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"

namespace gateway::control {

// Answers one call from the table of endpoints: 404 for an unknown path, 405 for a known path with
// another method, 400 for a parameter that does not parse. Called from the API's threads.
Answer handle(const Call& call, Backend& backend);

}  // namespace gateway::control
