#pragma once

#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Hands the trace of a finished request, which `row` is about, to the journal, where it is to be
// kept: of what was refused or failed always, of all else one in store.trace_one_in.
void report_trace(Context& context, const decision::Snapshot& snapshot, const Workspace& workspace,
                  const journal::RequestRecord& row);

}  // namespace gateway::proxy
