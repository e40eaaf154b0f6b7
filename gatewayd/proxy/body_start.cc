#include "gatewayd/proxy/body_start.h"

#include <algorithm>

#include "gatewayd/http/chunked.h"
#include "gatewayd/http/send.h"
#include "gatewayd/proxy/kept_head.h"

namespace gateway::proxy {
namespace {

using http::Framing;
using net::Io;
using net::Wait;

// Chunk framing around the bytes that are looked at; what hides behind more of it is not waited
// for.
constexpr std::size_t kMaxFraming = 64 * 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// The start of a body as far as it has come.
struct Start {
  bool enough = false;
  std::string_view body;
};

Start decode_chunks(std::string_view input, std::size_t most, std::string& memory) {
  using State = http::ChunkedDecoder::State;
  http::ChunkedDecoder decoder;
  memory.clear();
  while (memory.size() < most) {
    const auto step = decoder.next(input);
    input.remove_prefix(step.used);
    if (step.state == State::data) memory.append(step.data.substr(0, most - memory.size()));
    if (step.state == State::more) return {false, memory};
    if (step.state != State::data) return {true, memory};  // its end, or what forwarding refuses
  }
  return {true, memory};
}

Start look(const http::RequestHead& request, std::string_view input, std::size_t most,
           std::string& memory) {
  if (request.framing == Framing::chunked) {
    Start start = decode_chunks(input, most, memory);
    start.enough |= input.size() >= most + kMaxFraming;
    return start;
  }
  const std::uint64_t wanted = std::min<std::uint64_t>(request.content_length, most);
  return {input.size() >= wanted, input.substr(0, wanted)};
}

Error left() {
  return {Decider::client_closed, "The client left."};
}

net::Task<bool> tell_to_go_on(ClientConnection& client, const config::Gateway& limits) {
  http::Parts parts;
  parts.add(kContinue);
  http::Sent sent = http::send_now(client.stream, parts);
  if (sent == http::Sent::interrupted) {
    sent = co_await http::send_rest(client.stream, parts, limits.send_timeout);
  }
  co_return sent == http::Sent::all;
}

// Receives more; an error when the client's side is at fault.
net::Task<std::optional<Error>> receive(ClientConnection& client, const config::Gateway& limits,
                                        std::size_t room) {
  net::Stream& stream = client.stream;
  const Wait wait = co_await stream.readable(stream.loop().now() + limits.client_body_timeout);
  if (wait == Wait::timeout) {
    co_return Error{Decider::body_timeout, "The request body did not arrive in time."};
  }
  if (wait == Wait::interrupted) co_return left();
  client.input.reserve(room);
  const net::IoResult result = stream.recv(client.input);
  if (result.io == Io::closed || result.io == Io::failed) co_return left();
  co_return std::nullopt;
}

}  // namespace

net::Task<> bring_body_start(ClientConnection& client, const config::Config& config,
                             Workspace& workspace) {
  decision::Exchange& x = workspace.exchange;
  http::RequestHead& request = workspace.request;
  const std::size_t most = config.security.threat_body;
  Start start = look(request, client.input.view(), most, x.body_memory);
  if (!start.enough && request.expect_continue) {
    request.expect_continue = false;  // the upstream need not be asked any more
    const bool told = co_await tell_to_go_on(client, config.gateway);
    if (!told) x.brought.fault = left();
  }
  while (!start.enough && !x.brought.fault) {
    keep_head(workspace);
    const bool full = client.input.size() >= net::kBufferSize;
    x.brought.fault =
        co_await receive(client, config.gateway, full ? most + kMaxFraming : net::kBufferSize);
    start = look(request, client.input.view(), most, x.body_memory);
  }
  x.brought.done = !x.brought.fault;
  x.brought.body = start.body;
}

}  // namespace gateway::proxy
