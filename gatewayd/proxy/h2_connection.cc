#include "gatewayd/proxy/h2_connection.h"

#include <nghttp2/nghttp2.h>

#include <optional>
#include <utility>

#include "gatewayd/http/h2_session.h"
#include "gatewayd/http/send.h"
#include "gatewayd/net/join.h"
#include "gatewayd/proxy/respond.h"
#include "gatewayd/proxy/serve.h"

namespace gateway::proxy {
namespace {

using http::H2Session;
using http::H2Stream;
using net::Io;
using net::Wait;

// Turns of reading before every other connection has its turn.
constexpr int kTurnsAtOnce = 32;
// A frame of this size is sent from where it stands, not copied behind the others.
constexpr std::size_t kCopied = 4 * 1024;

http::H2Limits limits_of(const config::Gateway& gateway) {
  const config::Http2& http2 = gateway.http2;
  return {.max_streams = http2.max_streams,
          .stream_window = static_cast<std::uint32_t>(http2.stream_window),
          .connection_window = static_cast<std::uint32_t>(http2.connection_window),
          .max_resets = http2.max_resets,
          .max_control_frames = http2.max_control_frames,
          .max_header_size = gateway.max_header_size,
          .send_timeout = gateway.send_timeout};
}

Error refusal_of(H2Stream::Head head) {
  if (head == H2Stream::Head::too_large) {
    return {Decider::header_too_large, "The request head is larger than this gateway takes."};
  }
  return {Decider::bad_request, "The request's fields are not those of an HTTP/2 request."};
}

// What reader and writer of one connection share.
struct Connection {
  explicit Connection(ClientConnection& its_client)
      : client(its_client),
        session(H2Session::Role::server,
                limits_of(its_client.context.view->snapshot->config.gateway),
                its_client.tls() != nullptr,
                its_client.context.loop, its_client.context.buffers),
        output(its_client.context.buffers) {}

  const config::Gateway& gateway() const { return client.context.view->snapshot->config.gateway; }

  // co_await: until the client takes what it is sent. A client that does not is not read from, or
  // what it makes us answer would pile up.
  auto unstuck() {
    struct Awaiter {
      Connection& connection;
      bool await_ready() const noexcept { return !connection.stuck; }
      void await_suspend(std::coroutine_handle<> handle) const { connection.reader = handle; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }
  void set_stuck(bool is_stuck) {
    stuck = is_stuck;
    if (!stuck && reader) client.context.loop.resume_later(std::exchange(reader, nullptr));
  }

  ClientConnection& client;
  H2Session session;
  net::Buffer output;
  bool stuck = false;
  std::coroutine_handle<> reader;
  net::Join written;
};

net::Detached serve_stream(Connection& connection, H2Stream& stream) {
  Context& context = connection.client.context;
  {
    ClientConnection client(connection.client, stream);
    std::unique_ptr<Workspace> workspace = context.take_workspace();
    const std::shared_ptr<const View> view = context.view;
    if (stream.head() == H2Stream::Head::whole) {
      stream.recv(client.input);
      co_await serve(client, *view, *workspace, stream.head_size());
    } else {
      co_await refuse_unread(client, *view, *workspace, refusal_of(stream.head()));
    }
    context.give_workspace(std::move(workspace));
  }
  connection.session.release(stream);
}

// Until when the client may be silent. While it has requests, each of those has times of its own,
// and this is only when to look again.
SteadyTime reading_deadline(const Connection& connection, SteadyTime greeting_until) {
  const H2Session& session = connection.session;
  const config::Gateway& gateway = connection.gateway();
  if (!session.greeted()) return greeting_until;
  if (session.within_head()) return session.head_since() + gateway.client_header_timeout;
  const bool idle = session.streams() == 0;
  return (idle ? session.idle_since() : connection.client.context.loop.now()) +
         gateway.idle_timeout;
}

// Whether a silence that lasted until its deadline ends the connection, and with what.
std::optional<std::uint32_t> end_of_silence(const H2Session& session) {
  if (!session.greeted()) return NGHTTP2_SETTINGS_TIMEOUT;
  if (session.within_head()) return NGHTTP2_PROTOCOL_ERROR;
  if (session.streams() == 0) return NGHTTP2_NO_ERROR;
  return std::nullopt;
}

// Takes in what has come and starts what it asks for.
void take_in(Connection& connection) {
  net::Buffer& input = connection.client.input;
  H2Session& session = connection.session;
  session.receive(input.view());
  input.clear();
  if (session.deaf()) return;
  session.dispatch();
  while (H2Stream* stream = session.accept()) serve_stream(connection, *stream);
}

void note_idleness(Connection& connection) {
  connection.client.idle_since.reset();
  if (connection.session.streams() == 0) {
    connection.client.idle_since = connection.session.idle_since();
  }
}

// Returns when nothing more is to be read; true: the client may still be sending.
net::Task<bool> read(Connection& connection) {
  net::Buffer& input = connection.client.input;
  net::Stream& stream = connection.client.stream;
  H2Session& session = connection.session;
  const SteadyTime greeting_until =
      stream.loop().now() + connection.gateway().client_header_timeout;
  for (int turns = 0;;) {
    if (!input.empty()) take_in(connection);
    if (session.deaf() || session.finished()) co_return true;
    co_await connection.unstuck();
    input.release();
    const Wait wait = co_await stream.readable(reading_deadline(connection, greeting_until));
    if (wait == Wait::interrupted) co_return true;
    if (wait == Wait::timeout) {
      const auto code = end_of_silence(session);
      if (code) session.terminate(*code);
      continue;
    }
    if (++turns % kTurnsAtOnce == 0) co_await stream.loop().yield();
    input.reserve();
    const net::IoResult result = stream.recv(input);
    if (result.io == Io::closed || result.io == Io::failed) {
      session.fail();
      stream.interrupt();  // the writer may wait for room
      co_return false;
    }
  }
}

// The next bytes to send: small frames copied one behind the other, then `frame` as it stands.
void gather(Connection& connection, std::string_view& frame) {
  net::Buffer& output = connection.output;
  output.reserve();
  for (frame = connection.session.produce(); !frame.empty(); frame = connection.session.produce()) {
    if (frame.size() > kCopied || frame.size() > output.free_size()) return;
    output.append(frame);
  }
}

// Sends all that there is to send; false: the client does not take it.
net::Task<bool> send_all(Connection& connection) {
  net::Stream& stream = connection.client.stream;
  for (int turns = 0;;) {
    std::string_view frame;
    gather(connection, frame);
    http::Parts parts;
    parts.add(connection.output.view());
    parts.add(frame);
    if (parts.empty()) break;
    http::Sent sent = http::send_now(stream, parts);
    if (sent == http::Sent::interrupted) {
      connection.set_stuck(true);
      sent = co_await http::send_rest(stream, parts, connection.gateway().send_timeout);
      connection.set_stuck(false);
    }
    connection.output.clear();
    if (sent != http::Sent::all) co_return false;
    connection.session.dispatch();  // streams have room again
    if (++turns % kTurnsAtOnce == 0) co_await stream.loop().yield();
  }
  connection.output.release();
  co_return true;
}

net::Detached write(Connection& connection) {
  H2Session& session = connection.session;
  for (;;) {
    const bool sent = co_await send_all(connection);
    if (!sent) session.fail();
    note_idleness(connection);
    if (session.finished()) break;
    co_await session.output();
  }
  connection.client.stream.interrupt();  // nothing is left to wait for
  connection.written.finish();
}

}  // namespace

net::Task<bool> serve_h2(ClientConnection& client) {
  Connection connection(client);
  H2Session& session = connection.session;
  client.speak_h2(&session);
  if (client.closing()) session.begin_shutdown();
  write(connection);
  const bool unread = co_await read(connection);
  co_await connection.written;
  session.fail();
  co_await session.drained();
  client.speak_h2(nullptr);
  client.idle_since.reset();
  co_return unread;
}

}  // namespace gateway::proxy
