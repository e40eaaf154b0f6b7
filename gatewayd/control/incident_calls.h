#pragma once

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"

namespace gateway::control {

// GET …/incident?at=TIME&window=DURATION: see shared/control/incident.h.
Answer incident(const Call& call, Backend& backend);

}  // namespace gateway::control
