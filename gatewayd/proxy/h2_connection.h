#pragma once

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/connection.h"

namespace gateway::proxy {

// Serves a connection that speaks HTTP/2 (RFC 9113), from the client's preface in `client.input` to
// its end: every stream is a ClientConnection of its own to whoever serves it. True when the client
// may still be sending.
net::Task<bool> serve_h2(ClientConnection& client);

}  // namespace gateway::proxy
