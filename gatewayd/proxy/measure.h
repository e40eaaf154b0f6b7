#pragma once

#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Counts a request that has ended, which took so long, among the worker's figures. Takes no lock
// and no memory.
void measure(const Context& context, const View& view, const Workspace& workspace,
             const Answer& answer, microseconds took);

}  // namespace gateway::proxy
