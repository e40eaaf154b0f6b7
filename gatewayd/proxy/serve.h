#pragma once

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// The life of one request, whose whole head of `head_size` bytes is at the front of client.input.
// True when the connection may carry another.
net::Task<bool> serve(ClientConnection& client, const View& view, Workspace& workspace,
                      std::size_t head_size);

// Answers a request whose head never became whole, or must not be read. The connection ends.
net::Task<> refuse_unread(ClientConnection& client, const View& view, Workspace& workspace,
                          Error error);

}  // namespace gateway::proxy
