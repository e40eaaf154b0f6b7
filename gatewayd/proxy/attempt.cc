#include "gatewayd/proxy/attempt.h"

#include "gatewayd/http/send.h"
#include "gatewayd/proxy/attempts.h"
#include "gatewayd/proxy/cache_fill.h"
#include "gatewayd/proxy/compose.h"
#include "gatewayd/proxy/kept_head.h"
#include "gatewayd/proxy/relay.h"
#include "gatewayd/proxy/tunnel.h"
#include "gatewayd/proxy/upload.h"

namespace gateway::proxy {
namespace {

using http::Sent;
using net::Io;
using net::Wait;

// Interim answers that one request may bring; more is a flood.
constexpr int kMaxInterim = 16;

// Everything that the steps of one attempt share.
struct Steps {
  Outgoing& request;
  UpstreamConnection& upstream;
  AttemptEnd& end;
  std::optional<Upload> upload;
  std::optional<Relay> relay;
};

// One more of something that is open, while this lives.
class Counted {
 public:
  explicit Counted(std::atomic<std::uint32_t>& count) : count_(count) {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  ~Counted() { count_.fetch_sub(1, std::memory_order_relaxed); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<std::uint32_t>& count_;
};

Error timed_out() {
  return {Decider::upstream_timeout, "The service did not answer in time."};
}
Error closed_early() {
  return {Decider::upstream_reset, "The service closed the connection before it answered."};
}

Error client_left() {
  return {Decider::client_closed, "The client left."};
}

// Why a wait for the upstream was interrupted.
Error interruption(const Steps& steps) {
  if (steps.upload && steps.upload->error()) return *steps.upload->error();
  return client_left();
}

// After a wait for the upstream: receives what came into its buffer, up to `room` bytes held in
// all. `moved`: bytes of the request's body that had gone before the wait.
std::optional<Error> receive(Steps& steps, Wait wait, std::uint64_t moved, std::size_t room) {
  Outgoing& request = steps.request;
  if (wait == Wait::interrupted) return interruption(steps);
  if (wait == Wait::timeout) {
    // While the body still flows the upstream is not late.
    const bool flows = steps.upload && steps.upload->moved() != moved;
    if (flows && request.now() < request.deadline) return std::nullopt;
    return timed_out();
  }
  steps.upstream.input.reserve(room);
  const net::IoResult result = steps.upstream.stream().recv(steps.upstream.input);
  if (result.io == Io::would_block) return std::nullopt;
  if (result.io != Io::done) return closed_early();
  steps.end.answer_begun = true;
  return std::nullopt;
}

// Parses the head at the front of the upstream's buffer, as far as `scanner` found one.
std::optional<Error> parse_answer(Steps& steps, http::HeadScanner::State state, std::size_t size) {
  const Error malformed{Decider::upstream_malformed, "The service's answer is not valid HTTP."};
  const config::Gateway& gateway = steps.request.gateway;
  Workspace& workspace = steps.request.workspace;
  net::Buffer& input = steps.upstream.input;
  if (state != http::HeadScanner::State::complete || size > gateway.max_header_size) {
    return malformed;
  }
  const http::HeadLimits limits{gateway.max_header_size, gateway.max_target_size,
                                gateway.max_headers};
  const bool to_head = workspace.request.method == "HEAD";
  const auto error =
      http::parse_response_head(input.view().substr(0, size), limits, to_head, workspace.response);
  input.consume(size);
  if (error) return malformed;
  return std::nullopt;
}

net::Task<std::optional<Error>> pass_interim(Steps& steps) {
  Outgoing& request = steps.request;
  if (request.workspace.request.minor == 0) co_return std::nullopt;  // RFC 9110 §15.2
  compose_interim_head(false, request.workspace);
  http::Parts parts;
  parts.add(request.workspace.response_head);
  Sent sent = http::send_now(request.client.stream, parts);
  if (sent == Sent::interrupted) {
    sent = co_await http::send_rest(request.client.stream, parts, request.gateway.send_timeout);
  }
  if (sent == Sent::all) co_return std::nullopt;
  request.client.cut(/*reset=*/true);
  co_return Error{Decider::client_closed, "The client left."};
}

// Reads heads until the final one, passing interim answers on.
net::Task<std::optional<Error>> await_answer(Steps& steps) {
  const Outgoing& request = steps.request;
  const http::ResponseHead& response = request.workspace.response;
  const std::size_t max_head = request.gateway.max_header_size;
  net::Buffer& input = steps.upstream.input;
  // The whole head is to be there in time, however it trickles.
  SteadyTime deadline = request.until(request.patience.response);
  for (int interim = 0; interim <= kMaxInterim; ++interim) {
    http::HeadScanner scanner;
    http::HeadScanner::State state = scanner.scan(input.view());
    while (state == http::HeadScanner::State::incomplete && input.size() <= max_head) {
      const bool full = input.size() == net::kBufferSize;
      const std::uint64_t moved = steps.upload ? steps.upload->moved() : 0;
      const Wait wait = co_await steps.upstream.stream().readable(deadline);
      const auto failure = receive(steps, wait, moved, full ? max_head + 1 : net::kBufferSize);
      if (failure) co_return failure;
      if (wait == Wait::timeout) deadline = request.until(request.patience.response);
      state = scanner.scan(input.view());
    }
    auto error = parse_answer(steps, state, scanner.size());
    if (error) co_return error;
    if (response.status >= 200) co_return std::nullopt;
    if (response.status == 101) {
      if (!passed_upgrade(request.workspace.request).empty()) co_return std::nullopt;
      break;
    }
    error = co_await pass_interim(steps);
    if (error) co_return error;
  }
  co_return Error{Decider::upstream_malformed, "The service's answer is not valid HTTP."};
}

// Whether the cache answers in this answer's place: it has been validated, or may be sent in place
// of a failure.
bool cache_answers(Steps& steps, SteadyTime::duration waited) {
  Outgoing& request = steps.request;
  CacheFill* fill = request.workspace.fill.get();
  if (fill == nullptr) return false;
  const http::ResponseHead& response = request.workspace.response;
  decision::CacheTurn& turn = request.workspace.exchange.cache;
  const std::int64_t now = request.client.context.unix_time(request.now()) / 1'000'000;
  const auto verdict = fill->judge(response, std::chrono::floor<seconds>(waited), now);
  turn.forward_status = response.status;
  turn.stored = fill->keeps();
  if (verdict == CacheFill::Verdict::passes) return false;
  request.answer.status = response.status;
  steps.end.reusable = response.framing == http::Framing::none && response.keep_alive &&
                       steps.upstream.input.empty();
  return true;
}

// The protocol changes hands: from here on bytes pass as they are (RFC 9110 §7.8).
net::Task<> switch_protocols(Steps& steps) {
  Outgoing& request = steps.request;
  ClientConnection& client = request.client;
  client.cancel_on_leave(nullptr);
  compose_interim_head(true, request.workspace);
  request.answer.status = 101;
  request.answer.keep_alive = false;
  http::Parts parts;
  parts.add(request.workspace.response_head);
  Sent sent = http::send_now(client.stream, parts);
  if (sent == Sent::interrupted) {
    sent = co_await http::send_rest(client.stream, parts, request.gateway.send_timeout);
  }
  if (sent != Sent::all) {
    client.cut(/*reset=*/true);
    co_return;
  }
  keep_head(request.workspace);
  const config::Gateway& gateway = request.gateway;
  TunnelTimes times{gateway.tunnel_idle_timeout.value_or(gateway.idle_timeout)};
  if (gateway.tunnel_lifetime) times.end = request.now() + *gateway.tunnel_lifetime;
  const Counted one_more(client.context.tunnels);
  const TunnelBytes bytes = co_await tunnel(client.stream, client.input, steps.upstream.stream(),
                                            steps.upstream.input, times);
  request.answer.bytes_in = bytes.to_right;
  request.answer.bytes_out = bytes.to_left;
}

http::Parts request_parts(const Outgoing& request) {
  http::Parts parts;
  parts.add(request.workspace.request_head);
  parts.add(request.held_body);
  return parts;
}

// Hands over as much as goes at once; the return value is as send_now()'s. `left`: bytes that are
// still to be sent. Not part of the coroutine: few requests wait for room, and all would carry what
// it takes to wait.
Sent begin_send(const Outgoing& request, UpstreamConnection& upstream, AttemptEnd& end,
                std::size_t& left) {
  http::Parts parts = request_parts(request);
  const Sent sent = http::send_now(upstream.stream(), parts);
  end.request_sent = sent != Sent::failed;
  left = parts.bytes();
  return sent;
}

net::Task<Sent> end_send(const Outgoing& request, UpstreamConnection& upstream, std::size_t left) {
  http::Parts parts = request_parts(request);
  parts.consume(parts.bytes() - left);
  co_return co_await http::send_rest(upstream.stream(), parts, request.patience.response);
}

// A send that fails is not yet the end: the upstream may have answered and closed without reading.
void note_sent(Sent sent, AttemptEnd& end) {
  if (sent == Sent::timeout) end.error = timed_out();
  if (sent == Sent::interrupted) end.error = client_left();
}

// An upstream that takes the end of the connection for the end of the request, as some do, must not
// act on a part of one.
void give_up_part(UpstreamConnection& upstream, AttemptEnd& end) {
  upstream.stream().reset_on_close();
  end.reusable = false;
}

}  // namespace

net::Task<> send_request(Outgoing& request, UpstreamConnection& upstream, AttemptEnd& end) {
  std::size_t left = 0;
  Sent sent = begin_send(request, upstream, end, left);
  if (sent == Sent::interrupted) sent = co_await end_send(request, upstream, left);
  note_sent(sent, end);
  if (sent != Sent::all) give_up_part(upstream, end);
}

net::Task<AttemptEnd> attempt(Outgoing& request, UpstreamConnection& upstream, bool is_sent) {
  AttemptEnd end;
  end.request_sent = is_sent;
  Steps steps{request, upstream, end, std::nullopt, std::nullopt};
  request.client.cancel_on_leave(&upstream.stream());
  request.client.notice_leave();
  if (request.client.left()) {
    request.client.cancel_on_leave(nullptr);
    end.error = interruption(steps);
    co_return end;
  }
  const SteadyTime sent_at = std::chrono::steady_clock::now();
  std::size_t left = 0;
  Sent sent = is_sent ? Sent::all : begin_send(request, upstream, end, left);
  if (sent == Sent::interrupted) sent = co_await end_send(request, upstream, left);
  note_sent(sent, end);
  if (!end.error && !request.body.ended()) {
    keep_head(request.workspace);
    request.streamed = true;
    steps.upload.emplace(request.client, upstream.stream(), request.body, request.snapshot,
                         request.workspace);
    steps.upload->start();
  }
  if (!end.error) end.error = co_await await_answer(steps);
  if (end.error && upstream.refused()) end.request_sent = false;
  // The answer was there when the loop fetched its event.
  const auto waited = std::max(request.now(), sent_at) - sent_at;
  request.answer.upstream_us =
      static_cast<std::uint32_t>(std::chrono::duration_cast<microseconds>(waited).count());
  const std::uint16_t status = end.error ? std::uint16_t{0} : request.workspace.response.status;
  if (status == 101) {
    co_await switch_protocols(steps);
  } else if (status != 0 && request.attempts != nullptr && request.attempts->drops(status)) {
    end.dropped = status;
  } else if (status != 0 && cache_answers(steps, waited)) {
    // What is kept is sent once this has ended.
  } else if (status != 0) {
    const Upload* upload = steps.upload ? &*steps.upload : nullptr;
    steps.relay.emplace(request, upstream, upload);
    if (!steps.relay->begin()) co_await steps.relay->run();
    RelayEnd relayed = steps.relay->finish();
    end.reusable = relayed.reusable;
    end.error = std::move(relayed.error);
  }
  if (steps.upload) co_await steps.upload->stop();
  request.client.cancel_on_leave(nullptr);
  if (!request.body.ended()) request.answer.keep_alive = false;
  const bool whole = steps.upload ? steps.upload->whole() : sent == Sent::all;
  if (!whole) give_up_part(upstream, end);
  co_return end;
}

}  // namespace gateway::proxy
