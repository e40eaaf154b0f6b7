#pragma once

#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Hands a finished request to the access log, which there must be. `row`: its record, names aside.
void report_access(Context& context, const decision::Snapshot& snapshot, const Workspace& workspace,
                   const journal::RequestRecord& row);

// Writes the lines of the daemon's own log that speak of a finished request, where a category is
// set to debug: one of Category::request when it failed, one of Category::security when it was
// refused. Nothing of its query.
void report_lines(Context& context, const decision::Snapshot& snapshot, const Workspace& workspace,
                  const Answer& answer, microseconds took);

}  // namespace gateway::proxy
