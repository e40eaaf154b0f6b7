#pragma once

#include "gatewayd/proxy/attempt.h"
#include "gatewayd/proxy/peer_choice.h"

namespace gateway::proxy {

// Tells breakers and health how an attempt ended. `service_permit`: of the service's breaker.
void tell_outcome(const Outgoing& request, const ServiceView& service, Chosen& chosen,
                  policy::BreakerPermit& service_permit, const AttemptEnd& end);

}  // namespace gateway::proxy
