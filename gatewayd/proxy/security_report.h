#pragma once

#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Hands the security events of a finished request to the journal: what its trace has of refusals,
// and of what would have been refused.
void report_security(Context& context, const decision::Exchange& exchange);

}  // namespace gateway::proxy
