#pragma once

#include <optional>
#include <string>

#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"
#include "gatewayd/proxy/context.h"
#include "gatewayd/proxy/door.h"

namespace gateway::proxy {

// One client's connection. Owned by its coroutine, see serve_connection.
class ClientConnection final : public net::StreamObserver {
 public:
  ClientConnection(Context& shared, int fd, const net::Endpoint& peer, const Door& door);
  ~ClientConnection() override;

  // While a request waits for something but its client: what to interrupt when the client leaves.
  // Null: nothing.
  void cancel_on_leave(net::Interruptible* wait);
  bool left() const { return left_; }

  // Has the next answer that begins be the last. One that was already announced as not the last
  // may be followed by a request, so nothing ends here.
  void drain();
  // Ends the connection if it has waited for a request for `patience`, in vain.
  void end_idle(milliseconds patience);
  // Ends what it waits for; to be called again until the connection is gone.
  void abort();
  bool closing() const { return closing_; }
  // Ends the connection without more ado. `reset`: so that the client cannot take what it has for a
  // whole answer; where the answer's framing tells that, a plain close leaves it what was sent.
  void cut(bool reset);
  // Acts on a client that has left already: an edge that has passed does not come again.
  void notice_leave();

  Context& context;
  const Door& door;  // through which it came
  net::Stream stream;
  net::Buffer input;  // received and not yet used
  // Who it comes from: the peer, or whom its PROXY header names.
  IpAddress peer;
  std::string peer_text;
  // What the client's certificate says, which its TLS handshake has verified; null: it showed none.
  std::unique_ptr<const policy::CertificateFacts> certificate;

 private:
  void stream_stirred(bool peer_closed) override;

  net::Interruptible* cancel_ = nullptr;
  bool left_ = false;
  bool closing_;
  std::size_t index_;  // in context.connections

 public:
  std::optional<SteadyTime> idle_since;  // between requests
};

// Serves a connection from its first byte to its close: the TLS handshake, if its door asks for
// one, and the keep-alive loop. `fd` is taken over.
net::Detached serve_connection(Context& context, int fd, net::Endpoint peer,
                               std::shared_ptr<const Door> door);

}  // namespace gateway::proxy
