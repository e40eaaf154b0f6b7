#pragma once

#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Reports the spans of a finished request whose trace is sampled, if anybody takes them.
void report_span(Context& context, const decision::Snapshot& snapshot, const Workspace& workspace,
                 const Answer& answer, microseconds took);

}  // namespace gateway::proxy
