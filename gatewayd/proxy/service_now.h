#pragma once

#include "gatewayd/proxy/fleet.h"
#include "shared/decision/explain.h"

namespace gateway::proxy {

// What `service` would do with a request at `now`, as explain tells it: whether its breaker lets
// one pass, and to which instances. Takes no place and no probe. An instance of several addresses
// counts as healthy when one of them is; without checks and passive marks none is judged. Any
// thread.
decision::ServiceNow service_now(const config::Service& service, const FleetService& fleet,
                                 SteadyTime now);

}  // namespace gateway::proxy
