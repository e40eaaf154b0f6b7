#pragma once

#include <memory>

#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/stream.h"

namespace gateway::net {

// Begins a non-blocking connect. Wait until the stream is writable, then ask its connect_error().
// Null when the kernel refuses at once.
std::unique_ptr<Stream> begin_connect(Loop& loop, const Endpoint& endpoint);

}  // namespace gateway::net
