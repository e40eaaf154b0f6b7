#include "gatewayd/proxy/relay.h"

#include "gatewayd/http/send.h"
#include "gatewayd/proxy/cache_fill.h"
#include "gatewayd/proxy/compose.h"
#include "shared/decision/answer_fields.h"

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

// What is compressed before it is sent, at least; what came in one piece is not cut.
constexpr std::size_t kCodedPiece = 32 * 1024;

// A body of unknown length needs chunks to end visibly; HTTP/1.0 has only the close.
Framing framing_for_client(const http::ResponseHead& response, bool coded, int client_minor) {
  if (coded) return client_minor >= 1 ? Framing::chunked : Framing::until_close;
  if (response.framing != Framing::chunked && response.framing != Framing::until_close) {
    return response.framing;
  }
  return client_minor >= 1 ? Framing::chunked : Framing::until_close;
}

}  // namespace

Relay::Relay(Outgoing& request, UpstreamConnection& upstream, const Upload* upload)
    : request_(request),
      upstream_(upstream),
      upstream_keeps_(request.workspace.response.keep_alive),
      body_(request.workspace.response.framing, request.workspace.response.content_length,
            kNoLimit),
      fill_(request.workspace.fill.get()),
      to_client_(choose_framing()) {
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

// Decides whether the answer is compressed. One without content is, too, as far as its head tells:
// HEAD is answered as GET would be.
void Relay::choose_coding() {
  Workspace& workspace = request_.workspace;
  http::ResponseHead& response = workspace.response;
  decision::Exchange& x = workspace.exchange;
  std::optional<std::uint64_t> length;
  if (response.has_content_length) length = response.content_length;
  decision::judge_coding(x, {response.status, response.fields, length});
  auto& coding = x.compress.coding;
  const bool to_head = workspace.request.method == "HEAD";
  if (coding && !to_head && response.framing == Framing::none) coding.reset();
  if (coding && !to_head) {
    const std::uint32_t most = request_.snapshot.config.compression.max_active;
    auto encoder = request_.client.context.encoders.take(*coding, length, most);
    if (encoder) {
      coder_ = std::make_unique<Coder>();
      coder_->encoder = std::move(encoder);
    } else {
      coding.reset();
    }
  }
  if (coding) response.has_content_length = false;
}

bool Relay::has_whole_content() const {
  const http::ResponseHead& response = request_.workspace.response;
  return response.framing == Framing::length && response.content_length <= kCodedPiece / 2 &&
         response.content_length <= upstream_.input.size();
}

Framing Relay::choose_framing() {
  Workspace& workspace = request_.workspace;
  http::ResponseHead& response = workspace.response;
  if (!workspace.exchange.route->compress.off()) choose_coding();
  if (coder_ != nullptr && has_whole_content()) {
    // Compressed at once: its length can then be stated, and needs no chunks.
    coder_->ahead = code();
    response.has_content_length = true;
    response.content_length = coder_->piece.size();
    return Framing::length;
  }
  return framing_for_client(response, coder_ != nullptr, workspace.request.minor);
}

// Compresses what has come, which is never held back for what has not. False: the content is
// malformed.
bool Relay::code() {
  auto& encoder = coder_->encoder;
  std::string& coded = coder_->piece;
  coded.clear();
  bool written = false;
  do {
    const BodyReader::Step step = body_.take(upstream_.input);
    state_ = step.state;
    if (state_ == BodyReader::State::malformed) return false;
    if (state_ != BodyReader::State::data) break;
    if (fill_ != nullptr) fill_->add(step.data);
    written = true;
    if (!encoder->write(step.data, coded)) return false;
  } while (coded.size() < kCodedPiece);
  if (state_ == BodyReader::State::need_input && written) return encoder->flush(coded);
  return state_ != BodyReader::State::end || encoder->finish(coded);
}

// The same as gather() for content that is compressed on its way.
bool Relay::gather_coded() {
  const bool good = coder_->ahead ? *coder_->ahead : code();
  coder_->ahead.reset();
  if (!good) return false;
  const std::string& coded = coder_->piece;
  coder_->bytes += coded.size();
  if (!coded.empty()) http::add_piece(to_client_, coded, parts_);
  if (state_ == BodyReader::State::end) http::add_end(to_client_, body_.trailers(), parts_);
  return true;
}

// Fills `parts_` with what is there; false when it is malformed.
bool Relay::gather() {
  if (coder_ != nullptr) return gather_coded();
  do {
    const BodyReader::Step step = body_.take(upstream_.input);
    state_ = step.state;
    if (state_ == BodyReader::State::malformed) return false;
    if (state_ == BodyReader::State::data) {
      http::add_piece(to_client_, step.data, parts_);
      if (fill_ != nullptr) fill_->add(step.data);
    }
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
  if (fill_ != nullptr) fill_->end(end_.whole);
  answer.bytes_out = coder_ != nullptr ? coder_->bytes : body_.bytes();
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
