#include "gatewayd/proxy/connect.h"

#include "gatewayd/net/dial.h"

namespace gateway::proxy {

using net::Wait;

Error connect_error(Decider decider) {
  if (decider == Decider::client_closed) return {decider, "The client left."};
  if (decider == Decider::upstream_connect_timeout) {
    return {decider, "The service could not be reached in time."};
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
