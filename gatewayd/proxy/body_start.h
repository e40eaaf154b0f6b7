#pragma once

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Waits until the first security.threat_body bytes of the request's body, or all of it, are in the
// client's buffer, and shows them in exchange.brought.body; nothing is taken out of the buffer. A
// client that waits to be told so (Expect: 100-continue) is told to go on.
net::Task<> bring_body_start(ClientConnection& client, const config::Config& config,
                             Workspace& workspace);

}  // namespace gateway::proxy
