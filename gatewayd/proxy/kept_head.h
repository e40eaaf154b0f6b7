#pragma once

#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Copies the head out of the connection's buffer, which is about to be used for what follows it,
// and moves every view of it in the request and the exchange to the copy. Once a request; nothing
// the second time.
void keep_head(Workspace& workspace);

}  // namespace gateway::proxy
