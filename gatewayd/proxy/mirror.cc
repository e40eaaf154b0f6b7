#include "gatewayd/proxy/mirror.h"

#include <algorithm>

#include "gatewayd/http/body.h"
#include "gatewayd/http/send.h"
#include "gatewayd/net/dial.h"
#include "gatewayd/net/task.h"
#include "gatewayd/proxy/connect.h"

namespace gateway::proxy {
namespace {

using net::Io;
using net::Wait;

// One copy on its way; all of it is its own, as the request may be gone long before.
struct Copy {
  Context& context;
  std::shared_ptr<Upstream> pool;
  std::shared_ptr<PeerState> peer;
  std::string bytes;  // head and body
  Patience patience;
  http::HeadLimits limits;
  bool to_head;
  std::unique_ptr<UpstreamConnection> connection;
  std::unique_ptr<CopyAnswer> answer;  // null: it is dropped

  SteadyTime until(milliseconds time) const { return context.loop.now() + time; }
  // Whoever ends the worker ends this.
  void waits_on(net::Interruptible* wait) { context.mirrored_waits[this] = wait; }
};

net::Task<bool> connect(Copy& copy) {
  copy.connection = copy.pool->take();
  if (copy.connection != nullptr) co_return true;
  if (!copy.pool->endpoint()) co_return false;
  auto stream = net::begin_connect(copy.context.loop, *copy.pool->endpoint());
  if (stream == nullptr) co_return false;
  copy.waits_on(stream.get());
  const SteadyTime until = copy.until(copy.patience.connect);
  const Wait wait = co_await stream->writable(until);
  bool connected = wait == Wait::ready && stream->connect_error() == 0;
  if (connected) connected = co_await secure(*stream, *copy.pool, until);
  if (connected) copy.connection = co_await copy.pool->begin(std::move(stream), until);
  copy.waits_on(nullptr);
  co_return copy.connection != nullptr;
}

net::Task<bool> receive(Copy& copy, milliseconds patience) {
  net::Stream& stream = copy.connection->stream();
  const Wait wait = co_await stream.readable(copy.until(patience));
  if (wait != Wait::ready) co_return false;
  copy.connection->input.reserve();
  const Io io = stream.recv(copy.connection->input).io;
  co_return io == Io::done || io == Io::would_block;
}

// The final head of the answer; interim ones are passed over.
net::Task<bool> read_head(Copy& copy, http::ResponseHead& response) {
  net::Buffer& input = copy.connection->input;
  http::HeadScanner scanner;
  for (;;) {
    const auto state = scanner.scan(input.view());
    if (state == http::HeadScanner::State::complete) {
      const auto error = http::parse_response_head(input.view().substr(0, scanner.size()),
                                                   copy.limits, copy.to_head, response);
      input.consume(scanner.size());
      if (error || response.status == 101) co_return false;
      if (response.status >= 200) co_return true;
      scanner = {};
      continue;
    }
    if (state == http::HeadScanner::State::malformed || input.size() == net::kBufferSize) {
      co_return false;
    }
    const bool more = co_await receive(copy, copy.patience.response);
    if (!more) co_return false;
  }
}

// Reads the answer's content to its end; true when the connection may carry another request.
net::Task<bool> read_body(Copy& copy, const http::ResponseHead& response) {
  http::BodyReader body(response.framing, response.content_length, UINT64_MAX);
  for (;;) {
    const auto step = body.take(copy.connection->input);
    if (step.state == http::BodyReader::State::data) {
      if (copy.answer != nullptr) copy.answer->data(step.data);
      continue;
    }
    if (step.state == http::BodyReader::State::end) co_return true;
    if (step.state != http::BodyReader::State::need_input) co_return false;
    const bool more = co_await receive(copy, copy.patience.read);
    if (!more) co_return false;
  }
}

// The whole answer; true when the connection may carry another request.
net::Task<bool> read_answer(Copy& copy) {
  http::ResponseHead response;
  const bool answered = co_await read_head(copy, response);
  if (!answered) co_return false;
  if (copy.answer != nullptr) copy.answer->head(response);
  const bool whole = co_await read_body(copy, response);
  if (copy.answer != nullptr) copy.answer->end(whole);
  co_return whole&& response.keep_alive;
}

net::Detached send(std::unique_ptr<Copy> copy) {
  const bool connected = co_await connect(*copy);
  if (connected) {
    net::Stream& stream = copy->connection->stream();
    copy->waits_on(&stream);
    http::Parts parts;
    parts.add(copy->bytes);
    http::Sent sent = http::send_now(stream, parts);
    if (sent == http::Sent::interrupted) {
      sent = co_await http::send_rest(stream, parts, copy->patience.response);
    }
    bool reusable = false;
    if (sent == http::Sent::all) {
      reusable = co_await read_answer(*copy);
    } else {
      stream.reset_on_close();  // no part of a request may pass for a whole one
    }
    if (reusable) copy->pool->give(std::move(copy->connection));
  }
  copy->peer->in_flight.fetch_sub(1, std::memory_order_relaxed);
  copy->context.mirrored_waits.erase(copy.get());
}

// A healthy peer with room, in turn.
const Peer* free_peer(const ServiceView& service, std::uint32_t most, SteadyTime now) {
  const std::size_t count = service.peers.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Peer& peer = service.peers[service.question_turn++ % count];
    const bool busy = peer.state->in_flight.load(std::memory_order_relaxed) >= most;
    if (!busy && peer.state->health.usable(now)) return &peer;
  }
  return nullptr;
}

}  // namespace

void send_copy(Context& context, const decision::Snapshot& snapshot, const ServiceView& view,
               const config::Service& service, CopyOf what, std::unique_ptr<CopyAnswer> answer) {
  if (context.mirrored_waits.size() >= kMaxMirrored || context.draining) return;
  const Peer* peer = free_peer(view, service.upstream.max_connections, context.loop.now());
  if (peer == nullptr) return;
  peer->state->in_flight.fetch_add(1, std::memory_order_relaxed);
  const config::Gateway& gateway = snapshot.config.gateway;
  const http::HeadLimits limits{gateway.max_header_size, gateway.max_target_size,
                                gateway.max_headers};
  auto copy =
      std::make_unique<Copy>(Copy{context, peer->pool, peer->state, std::move(what.bytes),
                                  what.patience, limits, what.to_head, nullptr, std::move(answer)});
  copy->waits_on(nullptr);
  send(std::move(copy));
}

void mirror_request(const Outgoing& request, const ServiceView& view,
                    const config::Service& service, Patience patience) {
  const bool to_head = request.workspace.request.method == "HEAD";
  std::string bytes = request.workspace.request_head;
  bytes.append(request.held_body);
  send_copy(request.client.context, request.snapshot, view, service,
            {patience, std::move(bytes), to_head}, nullptr);
}

}  // namespace gateway::proxy
