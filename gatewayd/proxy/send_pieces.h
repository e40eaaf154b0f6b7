#pragma once

#include <string_view>

#include "gatewayd/http/send.h"
#include "gatewayd/net/task.h"
#include "gatewayd/proxy/connection.h"

namespace gateway::proxy {

// What is sent of a body before others have their turn.
inline constexpr std::size_t kPiece = 64 * 1024;

// Sends a long body piece by piece: between two of them every other connection has its turn.
net::Task<http::Sent> send_pieces(ClientConnection& client, std::string_view body,
                                  milliseconds patience);

}  // namespace gateway::proxy
