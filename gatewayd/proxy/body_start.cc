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

// Chunk framing around the bytes that are looked at. Behind more of it something hides, and the
// request is refused: five bytes of content in each chunk are enough to stay below it.
constexpr std::size_t kMaxFraming = 64 * 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// The start of a body as far as it has come: each byte of the input is looked at once, however
// finely a peer cuts what it sends.
class BodyStart {
 public:
  BodyStart(const http::RequestHead& request, std::size_t most, std::string& memory)
      : chunked_(request.framing == Framing::chunked),
        most_(most),
        wanted_(std::min<std::uint64_t>(request.content_length, most)),
        memory_(memory) {
    memory_.clear();
  }

  // `input`: all of the body that has been received; its end alone may have changed.
  void look(std::string_view input) {
    if (chunked_) return look_at_chunks(input);
    body_ = input.substr(0, wanted_);
    enough_ = body_.size() == wanted_;
  }

  bool enough() const { return enough_; }
  bool hides() const { return hides_; }  // behind framing
  std::string_view body() const { return chunked_ ? memory_ : body_; }

 private:
  void look_at_chunks(std::string_view input) {
    using State = http::ChunkedDecoder::State;
    while (memory_.size() < most_) {
      const auto step = decoder_.next(input.substr(at_));
      at_ += step.used;
      if (step.state == State::data) {
        memory_.append(step.data.substr(0, most_ - memory_.size()));
      } else if (step.state != State::more) {
        break;  // its end, or what forwarding refuses
      } else if (step.used == 0) {
        enough_ = hides_ = input.size() >= most_ + kMaxFraming;
        return;
      }
    }
    enough_ = true;
  }

  const bool chunked_;
  const std::size_t most_;
  const std::uint64_t wanted_;
  std::string& memory_;  // content of chunks
  std::string_view body_;
  http::ChunkedDecoder decoder_;
  std::size_t at_ = 0;  // bytes of the input that are decoded
  bool enough_ = false;
  bool hides_ = false;
};

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
  BodyStart start(request, most, x.body_memory);
  start.look(client.input.view());
  if (!start.enough() && request.expect_continue) {
    request.expect_continue = false;  // the upstream need not be asked any more
    const bool told = co_await tell_to_go_on(client, config.gateway);
    if (!told) x.brought.fault = left();
  }
  while (!start.enough() && !x.brought.fault) {
    keep_head(workspace);
    const bool full = client.input.size() >= net::kBufferSize;
    x.brought.fault =
        co_await receive(client, config.gateway, full ? most + kMaxFraming : net::kBufferSize);
    start.look(client.input.view());
  }
  if (start.hides() && !x.brought.fault) {
    x.brought.fault = Error{Decider::bad_request, "The chunked request body is mostly framing."};
  }
  x.brought.done = !x.brought.fault;
  x.brought.body = start.body();
}

}  // namespace gateway::proxy
