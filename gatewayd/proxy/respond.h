#pragma once

#include <string_view>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Answers that the gateway makes itself. Each sends a whole answer and fills `answer`; the
// connection is kept only when answer.keep_alive was still set.

// A problem document (RFC 9457) for `error`; 405 carries Allow, 503 Retry-After. A gRPC request is
// told by grpc-status.
net::Task<> send_problem(ClientConnection& client, const decision::Snapshot& snapshot,
                         Workspace& workspace, const Error& error, Answer& answer);

// workspace.exchange.own, with what the policies add to it.
net::Task<> send_own(ClientConnection& client, const decision::Snapshot& snapshot,
                     Workspace& workspace, Answer& answer);

}  // namespace gateway::proxy
