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

net::Task<Result<std::unique_ptr<UpstreamConnection>, Decider>> connect(Outgoing& request,
                                                                        Upstream& upstream) {
  if (!upstream.endpoint()) co_return Decider::upstream_resolve;
  Context& context = request.client.context;
  auto stream = net::begin_connect(context.loop, *upstream.endpoint());
  if (stream == nullptr) co_return Decider::upstream_connect;
  request.client.cancel_on_leave(stream.get());
  const Wait wait = co_await stream->writable(request.until(request.patience.connect));
  request.client.cancel_on_leave(nullptr);
  if (wait == Wait::timeout) co_return Decider::upstream_connect_timeout;
  if (wait == Wait::interrupted) co_return Decider::client_closed;
  if (stream->connect_error() != 0) co_return Decider::upstream_connect;
  co_return std::make_unique<UpstreamConnection>(std::move(stream), context.buffers);
}

}  // namespace gateway::proxy
