#pragma once

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"
#include "shared/decision/builtin.h"

namespace gateway::proxy {

// Puts into the exchange what a built-in endpoint answers to this request, or why it does not.
net::Task<> answer_builtin(ClientConnection& client, const View& view, Workspace& workspace,
                           decision::Builtin which);

}  // namespace gateway::proxy
