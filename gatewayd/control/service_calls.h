#pragma once

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"

namespace gateway::control {

// Calls about the service that is the call's `name`; 404 when the running config has none of it.
Answer service_health(const Call& call, Backend& backend);
Answer reset_breaker(const Call& call, Backend& backend);
Answer open_breaker(const Call& call, Backend& backend);

}  // namespace gateway::control
