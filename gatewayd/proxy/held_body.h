#pragma once

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/outgoing.h"

namespace gateway::proxy {

// Takes the body off the client's buffer when all of it came with the head: it can then be sent in
// one go, and sent again.
void hold_received_body(Outgoing& request);

// Receives the body before the request is sent, so that it can be sent again: up to `most` bytes;
// what a longer one has beyond goes to the service as it comes, once. A client that waits to be
// told to go on is not asked for its body here. An error when the client's side is at fault.
net::Task<std::optional<Error>> hold_body(Outgoing& request, std::size_t most);

}  // namespace gateway::proxy
