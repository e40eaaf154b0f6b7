#pragma once

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Brings what the decisions about a request wait for: exchange.awaited is answered in
// exchange.brought, within a bounded time. Also when it cannot be had; then brought.done is false.
net::Task<> bring(ClientConnection& client, const View& view, Workspace& workspace);

}  // namespace gateway::proxy
