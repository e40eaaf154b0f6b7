#include "gatewayd/proxy/h2_connection.h"

#include <nghttp2/nghttp2.h>

#include "gatewayd/http/h2_session.h"
#include "gatewayd/http/h2_writer.h"
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

// What reading one connection and serving its streams share.
struct Connection {
  explicit Connection(ClientConnection& its_client)
      : client(its_client),
        session(H2Session::Role::server, limits_of(gateway()), client.tls() != nullptr,
                client.context.loop, client.context.buffers),
        writer(client.stream, session, client.context.buffers, gateway().send_timeout) {}

  const config::Gateway& gateway() const { return client.context.view->snapshot->config.gateway; }

  ClientConnection& client;
  H2Session session;
  http::H2Writer writer;
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

// What a silence that lasted until its deadline ends the connection with.
std::uint32_t end_of_silence(const H2Session& session) {
  if (!session.greeted()) return NGHTTP2_SETTINGS_TIMEOUT;
  return session.within_head() ? NGHTTP2_PROTOCOL_ERROR : NGHTTP2_NO_ERROR;
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
    co_await connection.writer.unstuck();
    input.release();
    const Wait wait = co_await stream.readable(reading_deadline(connection, greeting_until));
    if (wait == Wait::interrupted) co_return true;
    if (wait == Wait::timeout) {
      const bool over = reading_deadline(connection, greeting_until) <= stream.loop().now();
      if (over) session.terminate(end_of_silence(session));
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

}  // namespace

net::Task<bool> serve_h2(ClientConnection& client) {
  Connection connection(client);
  H2Session& session = connection.session;
  client.speak_h2(&session);
  if (client.closing()) session.begin_shutdown();
  connection.writer.start();
  const bool unread = co_await read(connection);
  net::Join& written = connection.writer.done();
  co_await written;
  session.fail();
  co_await session.drained();
  client.speak_h2(nullptr);
  co_return unread;
}

}  // namespace gateway::proxy
