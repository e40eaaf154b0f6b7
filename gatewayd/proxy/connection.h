#pragma once

#include <optional>
#include <string>

#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"
#include "gatewayd/proxy/context.h"
#include "gatewayd/proxy/door.h"

namespace gateway::http {
class H2Session;
}

namespace gateway::proxy {

// One client's connection or, to whoever serves a request, one stream of a client's HTTP/2
// connection. Owned by its coroutine, see serve_connection.
class ClientConnection final : public net::StreamObserver {
 public:
  // A connection over `socket`, which outlives it. Stands in context.connections.
  ClientConnection(Context& shared, net::Stream& socket, const net::Endpoint& peer,
                   const Door& door);
  // `one` of its streams.
  ClientConnection(const ClientConnection& connection, net::Stream& one);
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
  // From now on it speaks HTTP/2: the above is done to all of `session`. Null: no longer.
  void speak_h2(http::H2Session* session) { session_ = session; }
  // Ends the connection without more ado. `reset`: so that the client cannot take what it has for a
  // whole answer; where the answer's framing tells that, a plain close leaves it what was sent.
  void cut(bool reset);
  // Acts on a client that has left already: an edge that has passed does not come again.
  void notice_leave();

  // The TLS session of the whole connection; null: it is plain.
  net::TlsSession* tls() const { return socket_.tls(); }

  Context& context;
  const Door& door;  // through which it came
  net::Stream& stream;
  net::Buffer input;  // received and not yet used
  // Who it comes from: the peer, or whom its PROXY header names.
  IpAddress peer;
  std::string peer_text;
  // What the client's certificate says, which its TLS handshake has verified; null: it showed none.
  std::shared_ptr<const policy::CertificateFacts> certificate;

 private:
  void stream_stirred(bool peer_closed) override;

  const net::Stream& socket_;  // of the connection, also where this is a stream
  net::Interruptible* cancel_ = nullptr;
  bool left_ = false;
  bool closing_;
  const bool is_stream_;
  http::H2Session* session_ = nullptr;
  std::size_t index_ = 0;  // in context.connections, of a connection

 public:
  std::optional<SteadyTime> idle_since;  // between requests
};

// Serves a connection from its first byte to its close: the TLS handshake, if its door asks for
// one, and the keep-alive loop. `fd` is taken over.
net::Detached serve_connection(Context& context, int fd, net::Endpoint peer,
                               std::shared_ptr<const Door> door);

}  // namespace gateway::proxy
