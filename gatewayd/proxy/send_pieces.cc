#include "gatewayd/proxy/send_pieces.h"

#include <algorithm>

namespace gateway::proxy {

net::Task<http::Sent> send_pieces(ClientConnection& client, std::string_view body,
                                  milliseconds patience) {
  http::Sent sent = http::Sent::all;
  while (sent == http::Sent::all && !body.empty()) {
    co_await client.context.loop.yield();
    http::Parts parts;
    parts.add(body.substr(0, kPiece));
    body.remove_prefix(std::min(kPiece, body.size()));
    sent = http::send_now(client.stream, parts);
    if (sent == http::Sent::interrupted) {
      sent = co_await http::send_rest(client.stream, parts, patience);
    }
  }
  co_return sent;
}

}  // namespace gateway::proxy
