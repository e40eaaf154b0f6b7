#include "gatewayd/proxy/connection.h"

#include <algorithm>
#include <array>

#include "gatewayd/http/h2_session.h"
#include "gatewayd/http/head.h"
#include "gatewayd/net/proxy_header.h"
#include "gatewayd/net/tls_handshake.h"
#include "gatewayd/proxy/h2_connection.h"
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
  stream.stop_understanding();
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
  incomplete,
  complete,
  closed,
  timeout,
  too_large,
  target_too_long,
  malformed
};

// Brings a whole head to the front of the client's buffer.
class HeadReader {
 public:
  HeadReader(net::Buffer& input, const config::Gateway& limits) : input_(input), limits_(limits) {}

  HeadRead look();
  HeadRead receive(net::Stream& stream);
  std::size_t size() const { return scanner_.size(); }

 private:
  net::Buffer& input_;
  const config::Gateway& limits_;
  http::HeadScanner scanner_;
  bool begun_ = false;
};

HeadRead HeadReader::look() {
  using State = http::HeadScanner::State;
  if (!begun_ && input_.size() >= 2) {
    // One empty line before a request is skipped (RFC 9112 §2.2).
    if (input_.view().starts_with("\r\n")) input_.consume(2);
    begun_ = true;
  }
  const State state = scanner_.scan(input_.view());
  if (state == State::malformed) return HeadRead::malformed;
  if (state == State::complete) {
    return size() > limits_.max_header_size ? HeadRead::too_large : HeadRead::complete;
  }
  if (input_.size() <= limits_.max_header_size) return HeadRead::incomplete;
  const bool in_first_line = input_.view().find('\n') == std::string_view::npos;
  return in_first_line ? HeadRead::target_too_long : HeadRead::too_large;
}

HeadRead HeadReader::receive(net::Stream& stream) {
  const bool full = input_.size() == net::kBufferSize;
  input_.reserve(full ? limits_.max_header_size + 1 : net::kBufferSize);
  const net::IoResult result = stream.recv(input_);
  if (result.io == Io::closed || result.io == Io::failed) return HeadRead::closed;
  return look();
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

// What a client's HTTP/2 begins with, in the likeness of a head (RFC 9113 §3.4).
constexpr std::string_view kH2Head = "PRI * HTTP/2.0\r\n\r\n";

// By TLS (RFC 7301).
bool agreed_on_h2(const ClientConnection& client) {
  return client.tls() != nullptr && client.tls()->alpn() == "h2";
}

bool begins_h2(const ClientConnection& client, bool first) {
  return first && client.door.http2 && client.input.view().starts_with(kH2Head);
}

// The keep-alive loop. Returns when the connection is to be closed; true when the client may still
// be sending.
net::Task<bool> serve_requests(ClientConnection& client) {
  Context& context = client.context;
  net::Stream& stream = client.stream;
  bool first = true;
  for (;;) {
    if (client.input.empty()) {
      // Between requests a connection holds no buffer.
      client.input.release();
      client.idle_since = stream.loop().now();
      const auto patience = context.view->snapshot->config.gateway.idle_timeout;
      const Wait wait = co_await stream.readable(stream.loop().now() + patience);
      client.idle_since.reset();
      if (wait != Wait::ready || client.left()) co_return false;
    }
    std::unique_ptr<Workspace> workspace = context.take_workspace();
    const std::shared_ptr<const View> view = context.view;
    const config::Gateway& limits = view->snapshot->config.gateway;
    HeadReader reader(client.input, limits);
    const SteadyTime deadline = stream.loop().now() + limits.client_header_timeout;
    HeadRead outcome = reader.look();
    while (outcome == HeadRead::incomplete) {
      const Wait wait = co_await stream.readable(deadline);
      if (wait == Wait::ready) outcome = reader.receive(stream);
      if (wait == Wait::timeout) outcome = HeadRead::timeout;
      if (wait == Wait::interrupted) outcome = HeadRead::closed;
    }
    bool keep = false;
    if (outcome == HeadRead::complete && reader.size() == kH2Head.size() &&
        begins_h2(client, first)) {
      context.give_workspace(std::move(workspace));
      co_return co_await serve_h2(client);
    }
    first = false;
    if (outcome == HeadRead::complete) {
      keep = co_await serve(client, *view, *workspace, reader.size());
    } else if (outcome != HeadRead::closed) {
      co_await refuse_unread(client, *view, *workspace, refusal_of(outcome));
    }
    context.give_workspace(std::move(workspace));
    if (outcome == HeadRead::closed) co_return false;
    if (!keep) co_return true;
  }
}

// A resumed session may have outlived the certificate that it began with.
bool take_certificate(ClientConnection& client) {
  const X509* const shown = client.stream.tls()->peer_certificate();
  if (shown == nullptr) return true;
  auto facts = std::make_shared<const policy::CertificateFacts>(policy::facts_of(shown));
  const UnixMicros now = client.context.unix_time(client.stream.loop().now());
  const bool counts = now < facts->not_after * 1'000'000;
  client.certificate = std::move(facts);
  return counts;
}

// The header of the load balancer in front, which names the client. False when there is none in
// time, or none that can be read: the connection is then to be closed.
net::Task<bool> read_proxy_header(ClientConnection& client) {
  net::Stream& stream = client.stream;
  const auto patience = client.context.view->snapshot->config.gateway.client_header_timeout;
  const SteadyTime deadline = stream.loop().now() + patience;
  std::array<char, net::kMaxProxyHeader> bytes;
  net::ProxyHeader header;
  for (;;) {
    const Wait wait = co_await stream.readable(deadline);
    if (wait != Wait::ready) co_return false;
    const net::IoResult result = stream.peek(bytes.data(), bytes.size());
    if (result.io == Io::closed || result.io == Io::failed) co_return false;
    header = net::parse_proxy_header({bytes.data(), result.bytes});
    if (header.state != net::ProxyHeader::State::incomplete) break;
  }
  if (header.state == net::ProxyHeader::State::malformed) co_return false;
  stream.drop(header.size);
  if (header.source) {
    client.peer = header.source->address;
    client.peer_text = to_string(client.peer);
  }
  co_return true;
}

// False when the connection is to be closed: no handshake comes about.
net::Task<bool> begin_tls(ClientConnection& client) {
  net::Stream& stream = client.stream;
  auto session = client.door.tls->accept();
  if (session == nullptr) co_return false;
  stream.secure(std::move(session));
  const SteadyTime deadline = stream.loop().now() + client.door.handshake_timeout;
  const net::Handshake outcome = co_await net::shake_hands(stream, deadline);
  if (outcome != net::Handshake::ready) co_return false;
  co_return take_certificate(client);
}

}  // namespace

ClientConnection::ClientConnection(Context& shared, net::Stream& socket, const net::Endpoint& from,
                                   const Door& through)
    : context(shared),
      door(through),
      stream(socket),
      input(shared.buffers),
      peer(from.address),
      peer_text(to_string(from.address)),
      socket_(socket),
      closing_(shared.draining),
      is_stream_(false),
      index_(shared.connections.size()) {
  context.connections.push_back(this);
  context.open.fetch_add(1, std::memory_order_relaxed);
}

ClientConnection::ClientConnection(const ClientConnection& connection, net::Stream& one)
    : context(connection.context),
      door(connection.door),
      stream(one),
      input(context.buffers),
      peer(connection.peer),
      peer_text(connection.peer_text),
      certificate(connection.certificate),
      socket_(connection.stream),
      closing_(false),
      is_stream_(true) {}

ClientConnection::~ClientConnection() {
  if (is_stream_) return;
  context.open.fetch_sub(1, std::memory_order_relaxed);
  context.connections[index_] = context.connections.back();
  context.connections[index_]->index_ = index_;
  context.connections.pop_back();
}

void ClientConnection::cancel_on_leave(net::Interruptible* wait) {
  cancel_ = wait;
  stream.observe(wait != nullptr ? this : nullptr);
}

void ClientConnection::stream_stirred(bool peer_closed) {
  if (!peer_closed || cancel_ == nullptr) return;
  left_ = true;
  cancel_->interrupt();
}

void ClientConnection::drain() {
  closing_ = true;
  if (session_ != nullptr) session_->begin_shutdown();
}

void ClientConnection::end_idle(milliseconds patience) {
  const SteadyTime now = stream.loop().now();
  if (session_ != nullptr) {
    if (session_->streams() == 0 && now - session_->idle_since() >= patience) session_->shut_down();
    return;
  }
  if (!idle_since || now - *idle_since < patience) return;
  char first;
  const bool asked = ::recv(stream.fd(), &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  if (!asked) stream.interrupt();
}

void ClientConnection::abort() {
  closing_ = left_ = true;
  if (session_ != nullptr) session_->fail();
  // Either may end this connection, and with it this object: what else it waits for is ended when
  // the worker comes round again.
  if (cancel_ != nullptr) {
    cancel_->interrupt();
  } else {
    stream.interrupt();
  }
}

void ClientConnection::cut(bool reset) {
  left_ = true;
  if (reset) stream.reset_on_close();
}

void ClientConnection::notice_leave() {
  if (cancel_ != nullptr && stream.peer_closed()) stream_stirred(true);
}

net::Detached serve_connection(Context& context, int fd, net::Endpoint peer,
                               std::shared_ptr<const Door> door) {
  net::Stream socket(context.loop, fd);
  ClientConnection client(context, socket, peer, *door);
  bool begun = true;
  if (!door->proxy_protocol.empty() && contains(door->proxy_protocol, client.peer)) {
    begun = co_await read_proxy_header(client);
  }
  const bool is_full = context.open.load(std::memory_order_relaxed) >
                       context.view->snapshot->config.gateway.max_connections;
  if (begun && door->tls != nullptr) {
    begun = false;
    // A handshake is more than a connection too many is worth.
    if (!is_full) begun = co_await begin_tls(client);
  }
  bool unread = true;  // the client may be sending still
  if (!begun) {
    // An alert of the handshake is all that there is to tell.
  } else if (is_full) {
    std::unique_ptr<Workspace> workspace = context.take_workspace();
    const std::shared_ptr<const View> view = context.view;
    const Error full{Decider::overloaded, "The gateway has all the connections it may hold."};
    co_await refuse_unread(client, *view, *workspace, full);
    context.give_workspace(std::move(workspace));
  } else if (agreed_on_h2(client)) {
    unread = co_await serve_h2(client);
  } else {
    unread = co_await serve_requests(client);
  }
  if (unread && !client.left()) co_await linger(client);
}

}  // namespace gateway::proxy
