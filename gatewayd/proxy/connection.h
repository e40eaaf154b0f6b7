#pragma once

#include <optional>
#include <string>

#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// One client's connection. Owned by its coroutine, see serve_connection.
class ClientConnection final : public net::StreamObserver {
 public:
  ClientConnection(Context& shared, int fd, const net::Endpoint& peer);
  ~ClientConnection() override;

  // While a request is with the upstream: what to interrupt when the client leaves. Null: nothing.
  void cancel_on_leave(net::Stream* upstream);
  bool left() const { return left_; }

  // Ends the connection if it waits for a request, or after the one it serves.
  void drain();
  // Ends what it waits for; to be called again until the connection is gone.
  void abort();
  bool closing() const { return closing_; }
  // Ends the connection without more ado. `reset`: so that the client cannot take what it has for a
  // whole answer; where the answer's framing tells that, a plain close leaves it what was sent.
  void cut(bool reset);
  // Acts on a client that has left already: an edge that has passed does not come again.
  void notice_leave();

  Context& context;
  net::Stream stream;
  net::Buffer input;  // received and not yet used
  const IpAddress peer;
  const std::string peer_text;

 private:
  void stream_stirred(bool peer_closed) override;

  net::Stream* cancel_ = nullptr;
  bool left_ = false;
  bool closing_ = false;
  std::size_t index_;  // in context.connections

 public:
  bool idle = false;  // between requests
};

// Serves a connection from its first byte to its close: the keep-alive loop. `fd` is taken over.
net::Detached serve_connection(Context& context, int fd, net::Endpoint peer);

}  // namespace gateway::proxy
