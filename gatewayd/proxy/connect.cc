#include "gatewayd/proxy/connect.h"

#include "gatewayd/net/dial.h"
#include "gatewayd/net/tls_handshake.h"
#include "gatewayd/proxy/fleet_log.h"

namespace gateway::proxy {

using net::Handshake;
using net::Wait;

namespace {

net::Task<Handshake> begin_tls(net::Stream& stream, net::TlsPeer& tls, bool http2,
                               SteadyTime deadline) {
  auto session = tls.begin(http2);
  if (session == nullptr) co_return Handshake::failed;
  stream.secure(std::move(session));
  co_return co_await net::shake_hands(stream, deadline);
}

// For the log, which an instance that always fails must not fill.
void tell_fault(const Context& context, Upstream& upstream, const net::TlsSession* session) {
  if (session == nullptr || !upstream.may_tell_fault(context.loop.now())) return;
  context.fleet_log.tls_failed(upstream.url(), session->fault());
}

// Nothing: it has come about.
std::optional<Decider> fault_of(Handshake outcome) {
  switch (outcome) {
    case Handshake::ready:
      return std::nullopt;
    case Handshake::timeout:
      return Decider::upstream_connect_timeout;
    case Handshake::interrupted:
      return Decider::client_closed;
    case Handshake::failed:
      break;
  }
  return Decider::upstream_tls;
}

}  // namespace

net::Task<bool> secure(net::Stream& stream, const Upstream& upstream, SteadyTime deadline) {
  if (upstream.tls() == nullptr) co_return true;
  const Handshake outcome =
      co_await begin_tls(stream, *upstream.tls(), upstream.speaks_h2(), deadline);
  co_return outcome == Handshake::ready;
}

Error connect_error(Decider decider) {
  if (decider == Decider::client_closed) return {decider, "The client left."};
  if (decider == Decider::upstream_connect_timeout) {
    return {decider, "The service could not be reached in time."};
  }
  if (decider == Decider::upstream_tls) {
    return {decider, "The service could not be reached over TLS, or is not who it should be."};
  }
  return {decider, "The service could not be reached."};
}

namespace {

using Connected = Result<std::unique_ptr<UpstreamConnection>, Decider>;

net::Task<Connected> dial(Outgoing& request, Upstream& upstream) {
  auto stream = net::begin_connect(request.client.context.loop, *upstream.endpoint());
  if (stream == nullptr) co_return Decider::upstream_connect;
  net::Stream& wait_on = *stream;
  request.client.cancel_on_leave(&wait_on);
  const SteadyTime deadline = request.until(request.patience.connect);
  const Wait wait = co_await stream->writable(deadline);
  const bool connected = wait == Wait::ready && stream->connect_error() == 0;
  if (connected && upstream.tls() != nullptr) {
    const Handshake outcome =
        co_await begin_tls(*stream, *upstream.tls(), upstream.speaks_h2(), deadline);
    if (const auto fault = fault_of(outcome)) {
      request.client.cancel_on_leave(nullptr);
      if (*fault == Decider::upstream_tls) {
        tell_fault(request.client.context, upstream, stream->tls());
      }
      co_return *fault;
    }
  }
  std::unique_ptr<UpstreamConnection> connection;
  if (connected) connection = co_await upstream.begin(std::move(stream), deadline);
  request.client.cancel_on_leave(nullptr);
  if (connection != nullptr) co_return connection;
  if (request.client.left() || wait == Wait::interrupted) co_return Decider::client_closed;
  if (wait == Wait::timeout || (connected && request.now() >= deadline)) {
    co_return Decider::upstream_connect_timeout;
  }
  co_return Decider::upstream_connect;
}

// Until the connection that another request makes has room for this one; null: it has not, and
// none is being made any more.
net::Task<Connected> share_dial(Outgoing& request, Upstream& upstream) {
  const SteadyTime deadline = request.until(request.patience.connect);
  while (upstream.dials().taken()) {
    DialQueue::Place place(upstream.dials(), request.client.context.loop);
    request.client.cancel_on_leave(&place.pause());
    const Wait wait = co_await place.pause().until(deadline);
    request.client.cancel_on_leave(nullptr);
    if (wait == Wait::timeout) co_return Decider::upstream_connect_timeout;
    if (wait == Wait::interrupted) co_return Decider::client_closed;
    if (auto stream = upstream.take(); stream != nullptr) co_return stream;
  }
  co_return std::unique_ptr<UpstreamConnection>();
}

}  // namespace

net::Task<Connected> connect(Outgoing& request, Upstream& upstream) {
  if (!upstream.endpoint()) co_return Decider::upstream_resolve;
  if (!upstream.speaks_h2()) co_return co_await dial(request, upstream);
  auto shared = co_await share_dial(request, upstream);
  if (!shared.ok() || *shared != nullptr) co_return shared;
  const DialQueue::Turn turn(upstream.dials());
  co_return co_await dial(request, upstream);
}

}  // namespace gateway::proxy
