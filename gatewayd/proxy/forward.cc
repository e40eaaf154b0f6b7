#include "gatewayd/proxy/forward.h"

#include "gatewayd/net/dial.h"
#include "gatewayd/proxy/attempt.h"
#include "gatewayd/proxy/compose.h"

namespace gateway::proxy {
namespace {

using net::Wait;

// Instances that one request may be offered to while connecting.
constexpr std::size_t kMaxConnects = 3;

// A connection to send the request over.
struct Connected {
  std::unique_ptr<UpstreamConnection> connection;
  Upstream* home = nullptr;
  bool pooled = false;
};

// RFC 9110 §9.2.2.
bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

std::string_view authority_of(const config::Instance& instance) {
  const std::string_view url = instance.url;
  return url.substr(url.find("//") + 2);
}

Error connect_error(Decider decider) {
  if (decider == Decider::client_closed) return {decider, "The client left."};
  if (decider == Decider::upstream_connect_timeout) {
    return {decider, "The service could not be reached in time."};
  }
  return {decider, "The service could not be reached."};
}

// A fresh connection to `upstream`, or why there is none.
net::Task<Result<std::unique_ptr<UpstreamConnection>, Decider>> connect(Outgoing& request,
                                                                        Upstream& upstream) {
  if (!upstream.endpoint()) co_return Decider::upstream_resolve;
  Context& context = request.client.context;
  auto stream = net::begin_connect(context.loop, *upstream.endpoint());
  if (stream == nullptr) co_return Decider::upstream_connect;
  request.client.cancel_on_leave(stream.get());
  const Wait wait = co_await stream->writable(request.until(request.service.connect_timeout));
  request.client.cancel_on_leave(nullptr);
  if (wait == Wait::timeout) co_return Decider::upstream_connect_timeout;
  if (wait == Wait::interrupted) co_return Decider::client_closed;
  if (stream->connect_error() != 0) co_return Decider::upstream_connect;
  co_return std::make_unique<UpstreamConnection>(std::move(stream), context.buffers);
}

// An idle connection to instance `index` of the service, or nothing.
Connected take_idle(Outgoing& request, const View& view, std::uint32_t service,
                    std::uint32_t index) {
  Upstream& upstream = *view.services[service].instances[index];
  request.answer.instance = view.snapshot->instance_ids[service][index];
  return {upstream.take(), &upstream, true};
}

// A fresh connection to instance `first`; one that cannot be reached is passed over for the next,
// idle connections of which will do, since nothing has been sent yet.
net::Task<Result<Connected, Error>> find_connection(Outgoing& request, const View& view,
                                                    std::uint32_t service, std::uint32_t first) {
  const auto& instances = view.services[service].instances;
  const std::size_t tries = std::min(instances.size(), kMaxConnects);
  Decider failure = Decider::upstream_connect;
  for (std::size_t i = 0; i < tries; ++i) {
    const auto index = static_cast<std::uint32_t>((first + i) % instances.size());
    if (i > 0) {
      ++request.answer.retries;
      Connected idle = take_idle(request, view, service, index);
      if (idle.connection != nullptr) co_return std::move(idle);
    }
    request.answer.instance = view.snapshot->instance_ids[service][index];
    auto connected = co_await connect(request, *instances[index]);
    if (connected.ok()) {
      Connected fresh{std::move(*connected), instances[index].get(), false};
      co_return std::move(fresh);
    }
    failure = connected.error();
    if (failure == Decider::client_closed || request.now() >= request.deadline) break;
  }
  co_return connect_error(failure);
}

// Takes the body off the buffer when all of it came with the head: it can then be sent in one go,
// and sent again.
void hold_whole_body(Outgoing& request) {
  const http::RequestHead& head = request.workspace.request;
  net::Buffer& input = request.client.input;
  const bool whole = head.framing == http::Framing::length && input.size() >= head.content_length;
  if (whole) request.whole_body = request.body.take(input).data;
  if (whole || head.framing == http::Framing::none) request.body.take(input);  // states the end
}

// A connection that was idle may have been closed by the upstream just as it was used. That is no
// failure of the service: once more over a fresh one, when repeating does no harm.
bool is_stale(const Outgoing& request, const Connected& over, const AttemptEnd& end) {
  const Decider decider = end.error ? end.error->decider : Decider::upstream;
  if (!over.pooled || end.answer_begun || decider != Decider::upstream_reset) return false;
  return request.body.ended() &&
         (!end.request_sent || is_idempotent(request.workspace.request.method));
}

}  // namespace

net::Task<std::optional<Error>> forward(ClientConnection& client, const View& view,
                                        Workspace& workspace, Answer& answer) {
  const decision::RoutePlan& route = *workspace.exchange.route;
  const decision::Snapshot& snapshot = *view.snapshot;
  const config::Gateway& gateway = snapshot.config.gateway;
  const config::Service& service = snapshot.config.services[route.service];
  const http::RequestHead& head = workspace.request;
  Outgoing request{client,
                   snapshot,
                   gateway,
                   service,
                   workspace,
                   answer,
                   route.timeout ? client.context.loop.now() + *route.timeout : net::kNever,
                   http::BodyReader(head.framing, head.content_length, gateway.max_body_size),
                   {}};
  compose_request_head(client, snapshot, authority_of(service.instances.front()), workspace);
  hold_whole_body(request);

  for (bool fresh = false;; fresh = true) {
    const std::uint32_t index = view.services[route.service].next_instance();
    Connected over;
    if (!fresh) over = take_idle(request, view, route.service, index);
    if (over.connection == nullptr) {
      auto found = co_await find_connection(request, view, route.service, index);
      if (!found.ok()) co_return found.error();
      over = std::move(*found);
    }
    AttemptEnd end = co_await attempt(request, *over.connection);
    answer.bytes_in = std::max(answer.bytes_in, request.body.bytes());
    if (!fresh && is_stale(request, over, end)) {
      ++answer.retries;
      continue;
    }
    if (end.reusable) over.home->give(std::move(over.connection));
    co_return std::move(end.error);
  }
}

}  // namespace gateway::proxy
