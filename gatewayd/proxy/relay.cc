#include "gatewayd/proxy/relay.h"

#include "gatewayd/http/send.h"
#include "gatewayd/proxy/compose.h"

namespace gateway::proxy {
namespace {

using http::BodyReader;
using http::Framing;
using http::Sent;
using net::Io;
using net::Wait;

constexpr std::uint64_t kNoLimit = UINT64_MAX;  // of an answer's body; it is never held
constexpr int kTurnsAtOnce = 32;

// A body of unknown length needs chunks to end visibly; HTTP/1.0 has only the close.
Framing framing_for_client(const http::ResponseHead& response, int client_minor) {
  if (response.framing != Framing::chunked && response.framing != Framing::until_close) {
    return response.framing;
  }
  return client_minor >= 1 ? Framing::chunked : Framing::until_close;
}

// Why the body could not be brought to its end.
struct BodyEnd {
  bool whole = false;
  Decider decider = Decider::upstream;
};

class Relay {
 public:
  Relay(Outgoing& request, UpstreamConnection& upstream, Framing to_client)
      : request_(request),
        upstream_(upstream),
        to_client_(to_client),
        body_(request.workspace.response.framing, request.workspace.response.content_length,
              kNoLimit) {
    parts_.add(request.workspace.response_head);
  }

  // Sends what is there; nothing: there is more to come, run() goes on.
  std::optional<BodyEnd> begin();
  net::Task<BodyEnd> run();
  std::uint64_t bytes() const { return body_.bytes(); }
  bool begun() const { return begun_; }  // the client may have received at least a byte

 private:
  bool gather();
  net::Task<std::optional<Decider>> receive();

  Outgoing& request_;
  UpstreamConnection& upstream_;
  const Framing to_client_;
  BodyReader body_;
  http::Parts parts_;
  BodyReader::State state_ = BodyReader::State::need_input;  // of what gather() ended with
  bool begun_ = false;
};

// Fills `parts_` with what is there; false when it is malformed.
bool Relay::gather() {
  do {
    const BodyReader::Step step = body_.take(upstream_.input);
    state_ = step.state;
    if (state_ == BodyReader::State::malformed) return false;
    if (state_ == BodyReader::State::data) http::add_piece(to_client_, step.data, parts_);
  } while (state_ == BodyReader::State::data && !parts_.full());
  if (state_ == BodyReader::State::end && request_.workspace.response.framing != Framing::none) {
    http::add_end(to_client_, body_.trailers(), parts_);
  }
  return true;
}

// Most answers come whole: they need no coroutine.
std::optional<BodyEnd> Relay::begin() {
  if (!gather()) return BodyEnd{false, Decider::upstream_malformed};
  begun_ = true;
  const Sent sent = http::send_now(request_.client.stream, parts_);
  if (sent == Sent::failed) return BodyEnd{false, Decider::client_closed};
  if (sent == Sent::all && state_ == BodyReader::State::end)
    return BodyEnd{true, Decider::upstream};
  return std::nullopt;
}

// Nothing when there is more to take, or when the close was the body's end.
net::Task<std::optional<Decider>> Relay::receive() {
  net::Stream& stream = upstream_.stream();
  for (;;) {
    const Wait wait = co_await stream.readable(request_.until(request_.patience.read));
    if (wait == Wait::timeout) co_return Decider::upstream_timeout;
    if (wait == Wait::interrupted) co_return Decider::client_closed;
    upstream_.input.reserve();
    const net::IoResult result = stream.recv(upstream_.input);
    if (result.io == Io::done) co_return std::nullopt;
    if (result.io == Io::would_block) continue;
    if (result.io == Io::closed && body_.close_ends_it()) {
      body_.finish();
      co_return std::nullopt;
    }
    co_return Decider::upstream_reset;
  }
}

net::Task<BodyEnd> Relay::run() {
  for (int turns = 0;;) {
    Sent sent = http::send_now(request_.client.stream, parts_);
    if (sent == Sent::interrupted) {
      sent =
          co_await http::send_rest(request_.client.stream, parts_, request_.gateway.send_timeout);
    }
    if (sent != Sent::all) co_return BodyEnd{false, Decider::client_closed};
    if (state_ == BodyReader::State::end) co_return BodyEnd{true, Decider::upstream};
    if (state_ == BodyReader::State::need_input) {
      if (++turns % kTurnsAtOnce == 0) co_await request_.client.context.loop.yield();
      const auto failure = co_await receive();
      if (failure) co_return BodyEnd{false, *failure};
    }
    if (!gather()) co_return BodyEnd{false, Decider::upstream_malformed};
  }
}

}  // namespace

net::Task<RelayEnd> relay_answer(Outgoing& request, UpstreamConnection& upstream,
                                 const Upload* upload) {
  Workspace& workspace = request.workspace;
  ClientConnection& client = request.client;
  Answer& answer = request.answer;
  const Framing framing = framing_for_client(workspace.response, workspace.request.minor);
  const bool body_unread = upload != nullptr && !upload->finished();
  if (framing == Framing::until_close || body_unread || client.closing() ||
      client.context.draining) {
    answer.keep_alive = false;
  }
  compose_response_head(request.snapshot, client.context.date(), framing, answer.keep_alive,
                        workspace);
  answer.status = workspace.response.status;
  const bool upstream_keeps = workspace.response.keep_alive;
  Relay relay(request, upstream, framing);
  std::optional<BodyEnd> begun = relay.begin();
  if (!begun) begun = co_await relay.run();
  const BodyEnd end = *begun;
  answer.bytes_out = relay.bytes();
  RelayEnd result;
  result.reusable = end.whole && upstream_keeps && upstream.input.empty();
  if (!end.whole && !relay.begun()) {
    result.error = Error{end.decider, "The service's answer is not valid HTTP."};
  } else if (!end.whole) {
    answer.decider = end.decider;
    answer.keep_alive = false;
    client.cut(/*reset=*/framing == Framing::until_close);
  }
  co_return result;
}

}  // namespace gateway::proxy
