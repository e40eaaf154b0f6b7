#pragma once

#include <string>

namespace gateway::http {

// A fresh Sec-WebSocket-Key (RFC 6455 §4.1), for a handshake in the name of a client that has none.
std::string make_websocket_key();

}  // namespace gateway::http
