#pragma once

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Answers with the kept answer exchange.cache.entry: whole, a part of it (Range), or 304 when the
// client has it. Fills `answer`.
net::Task<> send_kept(ClientConnection& client, const decision::Snapshot& snapshot,
                      Workspace& workspace, Answer& answer);

}  // namespace gateway::proxy
