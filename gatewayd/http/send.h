#pragma once

#include "gatewayd/http/parts.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"

namespace gateway::http {

enum class Sent : std::uint8_t { all, timeout, interrupted, failed };

// Sends what the socket takes at once. `all` when nothing is left, `interrupted` stands for "not
// yet": call send_rest.
inline Sent send_now(net::Stream& to, Parts& parts) {
  while (!parts.empty()) {
    const net::IoResult result = to.send(parts.data(), parts.count());
    if (result.io == net::Io::failed) return Sent::failed;
    if (result.io == net::Io::would_block) return Sent::interrupted;
    if (parts.consume(result.bytes)) return Sent::all;
  }
  return Sent::all;
}

// Sends all of `parts`, waiting for room at most `patience` at a time.
net::Task<Sent> send_rest(net::Stream& to, Parts& parts, milliseconds patience);

}  // namespace gateway::http
