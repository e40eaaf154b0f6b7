#pragma once

#include <string>
#include <string_view>

namespace gateway::http {

// The two ends of a WebSocket handshake over HTTP/1 (RFC 6455 §4), for a peer that speaks HTTP/2
// and so knows neither (RFC 8441 §5).

// A fresh Sec-WebSocket-Key.
std::string make_websocket_key();

// The Sec-WebSocket-Accept that answers `key`.
std::string websocket_accept(std::string_view key);

}  // namespace gateway::http
