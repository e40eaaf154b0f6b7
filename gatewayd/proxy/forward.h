#pragma once

#include <optional>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Sends the request of `workspace` to an instance of its route's service and the answer to the
// client. An error means that nothing was sent to the client yet and that the caller answers; once
// the answer has begun, a failure cuts the client's connection and is told in `answer`.
net::Task<std::optional<Error>> forward(ClientConnection& client, const View& view,
                                        Workspace& workspace, Answer& answer);

}  // namespace gateway::proxy
