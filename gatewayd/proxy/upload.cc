#include "gatewayd/proxy/upload.h"

#include "gatewayd/http/send.h"
#include "gatewayd/proxy/compose.h"

namespace gateway::proxy {

using http::BodyReader;
using http::Sent;
using net::Io;
using net::Wait;

Error body_refusal(BodyReader::State state) {
  if (state == BodyReader::State::too_large) {
    return {Decider::body_too_large, "The request body is larger than this gateway takes."};
  }
  return {Decider::bad_request, "The chunked request body is malformed."};
}

net::Detached Upload::run() {
  error_ = co_await pump();
  if (error_) upstream_.interrupt();
  if (!error_ && !stopping_) client_.notice_leave();
  join_.finish();
}

net::Task<> Upload::stop() {
  stopping_ = true;
  if (!join_.finished()) client_.stream.interrupt();
  // It may also wait for room at the upstream.
  if (!join_.finished()) upstream_.interrupt();
  co_await join_;
  client_.stream.clear_interrupt();  // an answer may still have to be sent
}

// Receives more of the body; an error when the client's side is at fault.
net::Task<std::optional<Error>> Upload::fill() {
  net::Stream& from = client_.stream;
  const Wait wait = co_await from.readable(from.loop().now() + limits_.client_body_timeout);
  if (stopping_) co_return std::nullopt;
  if (wait == Wait::timeout) {
    co_return Error{Decider::body_timeout, "The request body did not arrive in time."};
  }
  if (wait == Wait::interrupted) co_return Error{Decider::client_closed, "The client left."};
  client_.input.reserve();
  const net::IoResult result = from.recv(client_.input);
  moved_ += result.bytes;
  if (result.io == Io::closed || result.io == Io::failed) {
    co_return Error{Decider::client_closed, "The client left."};
  }
  co_return std::nullopt;
}

// Ends without an error when the body is sent, when it is stopped, and when the upstream takes no
// more: its answer, or its close, then tells the rest.
net::Task<std::optional<Error>> Upload::pump() {
  http::Parts parts;
  constexpr int kTurnsAtOnce = 32;
  for (int turns = 0; !stopping_;) {
    const BodyReader::Step step = body_.take(client_.input);
    switch (step.state) {
      case BodyReader::State::data:
        http::add_piece(framing_, step.data, parts);
        if (!parts.full()) continue;
        break;
      case BodyReader::State::end:
        compose_request_trailers(snapshot_, workspace_, body_.trailers(), trailers_);
        http::add_end(framing_, trailers_, parts);
        break;
      case BodyReader::State::need_input:
        break;
      default:
        co_return body_refusal(step.state);
    }
    Sent sent = http::send_now(upstream_, parts);
    if (sent == Sent::interrupted) {
      sent = co_await http::send_rest(upstream_, parts, limits_.send_timeout);
    }
    whole_ = sent == Sent::all && step.state == BodyReader::State::end;
    if (sent != Sent::all || whole_) co_return std::nullopt;
    if (step.state != BodyReader::State::need_input) continue;
    if (++turns % kTurnsAtOnce == 0) co_await client_.stream.loop().yield();
    auto error = co_await fill();
    if (error) co_return error;
  }
  co_return std::nullopt;
}

}  // namespace gateway::proxy
