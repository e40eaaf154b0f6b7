#include "gatewayd/proxy/connect.h"

#include "gatewayd/net/dial.h"
#include "gatewayd/net/tls_handshake.h"
#include "gatewayd/proxy/fleet_log.h"

namespace gateway::proxy {

using net::Handshake;
using net::Wait;

namespace {

net::Task<Handshake> begin_tls(net::Stream& stream, net::TlsPeer& tls, SteadyTime deadline) {
  auto session = tls.begin();
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

net::Task<bool> secure(net::Stream& stream, net::TlsPeer* tls, SteadyTime deadline) {
  if (tls == nullptr) co_return true;
  const Handshake outcome = co_await begin_tls(stream, *tls, deadline);
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

net::Task<Result<std::unique_ptr<UpstreamConnection>, Decider>> connect(Outgoing& request,
                                                                        Upstream& upstream) {
  if (!upstream.endpoint()) co_return Decider::upstream_resolve;
  Context& context = request.client.context;
  auto stream = net::begin_connect(context.loop, *upstream.endpoint());
  if (stream == nullptr) co_return Decider::upstream_connect;
  request.client.cancel_on_leave(stream.get());
  const SteadyTime deadline = request.until(request.patience.connect);
  const Wait wait = co_await stream->writable(deadline);
  if (upstream.tls() != nullptr && wait == Wait::ready && stream->connect_error() == 0) {
    const Handshake outcome = co_await begin_tls(*stream, *upstream.tls(), deadline);
    request.client.cancel_on_leave(nullptr);
    if (const auto fault = fault_of(outcome)) {
      if (*fault == Decider::upstream_tls) tell_fault(context, upstream, stream->tls());
      co_return *fault;
    }
    co_return std::make_unique<UpstreamConnection>(std::move(stream), context.buffers);
  }
  request.client.cancel_on_leave(nullptr);
  if (wait == Wait::timeout) co_return Decider::upstream_connect_timeout;
  if (wait == Wait::interrupted) co_return Decider::client_closed;
  if (stream->connect_error() != 0) co_return Decider::upstream_connect;
  co_return std::make_unique<UpstreamConnection>(std::move(stream), context.buffers);
}

}  // namespace gateway::proxy
