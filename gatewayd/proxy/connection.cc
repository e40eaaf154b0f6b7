#include "gatewayd/proxy/connection.h"

#include <algorithm>

#include "gatewayd/http/head.h"
#include "gatewayd/proxy/respond.h"
#include "gatewayd/proxy/serve.h"

namespace gateway::proxy {
namespace {

using net::Io;
using net::Wait;

// After the last answer the client may still be sending. Closing then would reset the connection
// and could take the answer back out of the client's hands, so what comes is read and dropped for a
// while (RFC 9112 §9.6).
constexpr auto kLingerTime = 2s;
constexpr std::size_t kLingerBytes = 1024 * 1024;

net::Task<> linger(ClientConnection& client) {
  net::Stream& stream = client.stream;
  stream.clear_interrupt();
  stream.shutdown_write();
  const SteadyTime deadline = stream.loop().now() + kLingerTime;
  for (std::size_t dropped = 0; dropped < kLingerBytes;) {
    const Wait wait = co_await stream.readable(deadline);
    if (wait != Wait::ready) break;
    client.input.clear();
    client.input.reserve();
    const net::IoResult result = stream.recv(client.input);
    if (result.io == Io::closed || result.io == Io::failed) break;
    dropped += result.bytes;
  }
}

enum class HeadRead : std::uint8_t {
  complete,
  closed,
  timeout,
  too_large,
  target_too_long,
  malformed
};

// Waits between requests, holding no buffer, for the first byte of the next one.
net::Task<bool> await_request(ClientConnection& client, milliseconds idle_timeout) {
  client.input.release();
  client.idle = true;
  const Wait wait = co_await client.stream.readable(client.stream.loop().now() + idle_timeout);
  client.idle = false;
  co_return wait == Wait::ready && !client.closing();
}

// One empty line before a request is skipped (RFC 9112 §2.2).
void skip_empty_line(net::Buffer& input) {
  if (input.view().starts_with("\r\n")) input.consume(2);
}

// Receives until a whole head is at the front of client.input; `size` is then its length.
net::Task<HeadRead> read_head(ClientConnection& client, const config::Gateway& limits,
                              std::size_t& size) {
  net::Stream& stream = client.stream;
  http::HeadScanner scanner;
  const SteadyTime deadline = stream.loop().now() + limits.client_header_timeout;
  bool at_start = true;
  for (;;) {
    if (at_start && client.input.size() >= 2) {
      skip_empty_line(client.input);
      at_start = false;
    }
    const http::HeadScanner::State state = scanner.scan(client.input.view());
    size = scanner.size();
    if (state == http::HeadScanner::State::complete && size > limits.max_header_size) {
      co_return HeadRead::too_large;
    }
    if (state == http::HeadScanner::State::complete) co_return HeadRead::complete;
    if (state == http::HeadScanner::State::malformed) co_return HeadRead::malformed;
    if (client.input.size() > limits.max_header_size) {
      const bool in_first_line = client.input.view().find('\n') == std::string_view::npos;
      co_return in_first_line ? HeadRead::target_too_long : HeadRead::too_large;
    }
    const Wait wait = co_await stream.readable(deadline);
    if (wait == Wait::timeout) co_return HeadRead::timeout;
    if (wait == Wait::interrupted) co_return HeadRead::closed;
    const bool full = client.input.size() == net::kBufferSize;
    client.input.reserve(full ? limits.max_header_size + 1 : net::kBufferSize);
    const net::IoResult result = stream.recv(client.input);
    if (result.io == Io::closed || result.io == Io::failed) co_return HeadRead::closed;
  }
}

Error refusal_of(HeadRead outcome) {
  switch (outcome) {
    case HeadRead::timeout:
      return {Decider::header_timeout, "The request head did not arrive in time."};
    case HeadRead::target_too_long:
      return {Decider::uri_too_long, "The request target is longer than this gateway takes."};
    case HeadRead::too_large:
      return {Decider::header_too_large, "The request head is larger than this gateway takes."};
    default:
      return {Decider::bad_request, "A line of the request head does not end in CRLF."};
  }
}

// The keep-alive loop. Returns when the connection is to be closed.
net::Task<> serve_requests(ClientConnection& client) {
  Context& context = client.context;
  for (;;) {
    const auto& idle_limits = context.view->snapshot->config.gateway;
    if (client.input.empty()) {
      const bool more = co_await await_request(client, idle_limits.idle_timeout);
      if (!more) co_return;
    }
    std::unique_ptr<Workspace> workspace = context.take_workspace();
    const std::shared_ptr<const View> view = context.view;
    std::size_t size = 0;
    const HeadRead outcome = co_await read_head(client, view->snapshot->config.gateway, size);
    bool keep = false;
    if (outcome == HeadRead::complete) {
      keep = co_await serve(client, *view, *workspace, size);
    } else if (outcome != HeadRead::closed) {
      Error refusal = refusal_of(outcome);
      co_await refuse_unread(client, *view, *workspace, std::move(refusal));
    }
    context.give_workspace(std::move(workspace));
    if (!keep || client.closing()) co_return;
  }
}

}  // namespace

ClientConnection::ClientConnection(Context& shared, int fd, const net::Endpoint& from)
    : context(shared),
      stream(shared.loop, fd),
      input(shared.buffers),
      peer(from.address),
      peer_text(to_string(from.address)),
      index_(shared.connections.size()) {
  context.connections.push_back(this);
  context.open.fetch_add(1, std::memory_order_relaxed);
}

ClientConnection::~ClientConnection() {
  context.open.fetch_sub(1, std::memory_order_relaxed);
  context.connections[index_] = context.connections.back();
  context.connections[index_]->index_ = index_;
  context.connections.pop_back();
}

void ClientConnection::cancel_on_leave(net::Stream* upstream) {
  cancel_ = upstream;
  stream.observe(upstream != nullptr ? this : nullptr);
}

void ClientConnection::stream_stirred(bool peer_closed) {
  if (!peer_closed || cancel_ == nullptr) return;
  left_ = true;
  cancel_->interrupt();
}

void ClientConnection::drain() {
  closing_ = true;
  if (idle) stream.interrupt();
}

void ClientConnection::abort() {
  closing_ = left_ = true;
  if (cancel_ != nullptr) cancel_->interrupt();
  stream.interrupt();
}

void ClientConnection::cut(bool reset) {
  left_ = true;
  if (reset) stream.reset_on_close();
}

void ClientConnection::notice_leave() {
  if (cancel_ != nullptr && stream.peer_closed()) stream_stirred(true);
}

net::Detached serve_connection(Context& context, int fd, net::Endpoint peer) {
  ClientConnection client(context, fd, peer);
  if (context.open.load(std::memory_order_relaxed) >
      context.view->snapshot->config.gateway.max_connections) {
    std::unique_ptr<Workspace> workspace = context.take_workspace();
    const std::shared_ptr<const View> view = context.view;
    // Named: GCC 12 destroys an aggregate temporary of a co_await expression twice.
    Error full{Decider::overloaded, "The gateway has all the connections it may hold."};
    co_await refuse_unread(client, *view, *workspace, std::move(full));
    context.give_workspace(std::move(workspace));
  } else {
    co_await serve_requests(client);
  }
  if (!client.left()) co_await linger(client);
}

}  // namespace gateway::proxy
