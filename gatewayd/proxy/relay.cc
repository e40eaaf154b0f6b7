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
// A short body is copied behind the head: one piece costs the kernel less than the copy does.
constexpr std::size_t kJoined = 1024;

// A body of unknown length needs chunks to end visibly; HTTP/1.0 has only the close.
Framing framing_for_client(const http::ResponseHead& response, int client_minor) {
  if (response.framing != Framing::chunked && response.framing != Framing::until_close) {
    return response.framing;
  }
  return client_minor >= 1 ? Framing::chunked : Framing::until_close;
}

}  // namespace

Relay::Relay(Outgoing& request, UpstreamConnection& upstream, const Upload* upload)
    : request_(request),
      upstream_(upstream),
      to_client_(framing_for_client(request.workspace.response, request.workspace.request.minor)),
      upstream_keeps_(request.workspace.response.keep_alive),
      body_(request.workspace.response.framing, request.workspace.response.content_length,
            kNoLimit) {
  Workspace& workspace = request.workspace;
  ClientConnection& client = request.client;
  const bool body_unread = upload != nullptr && !upload->finished();
  if (to_client_ == Framing::until_close || body_unread || client.closing() ||
      client.context.draining) {
    request.answer.keep_alive = false;
  }
  compose_response_head(request.snapshot, client.context.date(), to_client_,
                        request.answer.keep_alive, workspace);
  request.answer.status = workspace.response.status;
  parts_.add(workspace.response_head);
}

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

bool Relay::begin() {
  if (!gather()) {
    end_ = {false, Decider::upstream_malformed};
    return true;
  }
  begun_ = true;
  parts_.join(request_.workspace.response_head, kJoined);
  const Sent sent = http::send_now(request_.client.stream, parts_);
  const bool whole = sent == Sent::all && state_ == BodyReader::State::end;
  if (!whole && sent != Sent::failed) return false;
  end_ = {whole, whole ? Decider::upstream : Decider::client_closed};
  return true;
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

net::Task<> Relay::run() {
  for (int turns = 0;;) {
    Sent sent = http::send_now(request_.client.stream, parts_);
    if (sent == Sent::interrupted) {
      sent =
          co_await http::send_rest(request_.client.stream, parts_, request_.gateway.send_timeout);
    }
    const bool whole = sent == Sent::all && state_ == BodyReader::State::end;
    if (whole || sent != Sent::all) {
      end_ = {whole, whole ? Decider::upstream : Decider::client_closed};
      co_return;
    }
    if (state_ == BodyReader::State::need_input) {
      if (++turns % kTurnsAtOnce == 0) co_await request_.client.context.loop.yield();
      const auto failure = co_await receive();
      if (failure) {
        end_ = {false, *failure};
        co_return;
      }
    }
    if (!gather()) {
      end_ = {false, Decider::upstream_malformed};
      co_return;
    }
  }
}

RelayEnd Relay::finish() {
  Answer& answer = request_.answer;
  answer.bytes_out = body_.bytes();
  RelayEnd result;
  result.reusable = end_.whole && upstream_keeps_ && upstream_.input.empty();
  if (!end_.whole && !begun_) {
    result.error = Error{end_.decider, "The service's answer is not valid HTTP."};
  } else if (!end_.whole) {
    answer.decider = end_.decider;
    answer.keep_alive = false;
    request_.client.cut(/*reset=*/to_client_ == Framing::until_close);
  }
  return result;
}

}  // namespace gateway::proxy
