#include "gatewayd/proxy/own_exchange.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "gatewayd/http/body.h"
#include "gatewayd/http/head.h"
#include "gatewayd/http/send.h"
#include "gatewayd/net/dial.h"
#include "gatewayd/net/tls_handshake.h"
#include "gatewayd/proxy/h2_link.h"

namespace gateway::proxy {
namespace {

using net::Io;
using net::Wait;

// Interim answers before the one that counts; more is a flood.
constexpr int kMaxInterim = 16;

constexpr const char* kEnd = "closed before it answered";

// What the steps of one exchange share. Each step returns the fault.
struct Steps {
  const OwnRequest& request;
  net::Stream& stream;
  SteadyTime deadline;
  net::Buffer input;
  OwnAnswer& answer;
  http::ResponseHead head;
};

const char* fault_of_connect(int error) {
  switch (error) {
    case 0:
      return nullptr;
    case ECONNREFUSED:
      return "connect refused";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "unreachable";
    case ETIMEDOUT:
      return "connect timeout";
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EAGAIN:
    case EADDRNOTAVAIL:
      return kBrokenOff;
    default:
      return "connect failed";
  }
}

// Receives more. Null: some came; kEnd: the peer has sent its last byte.
net::Task<const char*> receive(Steps& steps) {
  for (;;) {
    const Wait wait = co_await steps.stream.readable(steps.deadline);
    if (wait == Wait::interrupted) co_return kBrokenOff;
    if (wait == Wait::timeout) co_return "timeout";
    steps.input.reserve(net::kBufferSize);
    const net::IoResult result = steps.stream.recv(steps.input);
    if (result.io == Io::done) co_return nullptr;
    if (result.io == Io::closed) co_return kEnd;
    if (result.io == Io::failed) co_return "reset";
  }
}

// Reads heads until the one that counts. To switch protocols, which nobody asked for, is left to
// the caller as any other status is.
net::Task<const char*> read_head(Steps& steps) {
  const http::HeadLimits limits{kMaxOwnHead, 0, 100};
  for (int interim = 0; interim <= kMaxInterim; ++interim) {
    http::HeadScanner scanner;
    http::HeadScanner::State state = scanner.scan(steps.input.view());
    while (state == http::HeadScanner::State::incomplete) {
      if (steps.input.size() >= kMaxOwnHead) co_return "malformed answer";
      const char* fault = co_await receive(steps);
      if (fault != nullptr) co_return fault;
      state = scanner.scan(steps.input.view());
    }
    if (state != http::HeadScanner::State::complete) co_return "malformed answer";
    const std::size_t size = scanner.size();
    const auto error = http::parse_response_head(steps.input.view().substr(0, size), limits,
                                                 steps.request.to_head, steps.head);
    if (error) co_return "malformed answer";
    steps.input.consume(size);
    steps.answer.status = steps.head.status;
    if (steps.head.status == 101 || steps.head.status >= 200) co_return nullptr;
  }
  co_return "malformed answer";
}

// Reads the body to its end, or to what is kept of it at most and a byte more.
net::Task<const char*> read_body(Steps& steps) {
  http::BodyReader reader(steps.head.framing, steps.head.content_length,
                          std::numeric_limits<std::uint64_t>::max());
  std::string& body = steps.answer.body;
  const std::size_t most = steps.request.max_body;
  while (reader.bytes() <= most) {
    const http::BodyReader::Step step = reader.take(steps.input);
    switch (step.state) {
      case http::BodyReader::State::data:
        body += step.data.substr(0, most - body.size());
        break;
      case http::BodyReader::State::end:
        steps.answer.whole = true;
        co_return nullptr;
      case http::BodyReader::State::need_input: {
        const char* fault = co_await receive(steps);
        steps.answer.whole = fault == kEnd && reader.close_ends_it();
        if (steps.answer.whole) co_return nullptr;
        if (fault == kEnd) co_return "closed within its answer";
        if (fault != nullptr) co_return fault;
        break;
      }
      case http::BodyReader::State::malformed:
      case http::BodyReader::State::too_large:
        co_return "malformed answer";
    }
  }
  co_return nullptr;
}

net::Task<const char*> begin_tls(Steps& steps) {
  auto session = steps.request.tls->begin(steps.request.http2);
  if (session == nullptr) co_return kBrokenOff;
  steps.stream.secure(std::move(session));
  const net::Handshake outcome = co_await net::shake_hands(steps.stream, steps.deadline);
  switch (outcome) {
    case net::Handshake::ready:
      co_return nullptr;
    case net::Handshake::interrupted:
      co_return kBrokenOff;
    case net::Handshake::timeout:
      co_return "TLS handshake timeout";
    case net::Handshake::failed:
      break;
  }
  co_return steps.stream.tls()->is_distrusted() ? "TLS certificate not trusted"
                                                : "TLS handshake failed";
}

// Everything after the connect and the handshake.
net::Task<const char*> exchange(Steps& steps) {
  http::Parts parts;
  parts.add(steps.request.text);
  http::Sent sent = http::send_now(steps.stream, parts);
  if (sent == http::Sent::interrupted) {
    const SteadyTime now = steps.stream.loop().now();
    const auto left = std::chrono::duration_cast<milliseconds>(steps.deadline - now);
    sent = co_await http::send_rest(steps.stream, parts, left);
  }
  if (sent == http::Sent::timeout) co_return "timeout";
  if (sent == http::Sent::interrupted) co_return kBrokenOff;
  // A send that failed is not yet the end: the peer may have answered and closed without reading.
  const char* fault = co_await read_head(steps);
  if (fault != nullptr || steps.answer.status == 101) co_return fault;
  const auto& wants_body = steps.request.wants_body;
  if (wants_body && !wants_body(steps.answer.status)) co_return nullptr;
  co_return co_await read_body(steps);
}

// The same over a connection that speaks HTTP/2, as one of its streams.
net::Task<const char*> exchange_h2(Steps& steps, net::BufferPool& buffers) {
  // The connection stays the exchange's own; the link is over before it ends.
  const std::shared_ptr<net::Stream> connection(&steps.stream, [](net::Stream*) {});
  const milliseconds patience = steps.request.timeout;
  const auto link = H2Link::start(connection, buffers, {patience, patience}, nullptr);
  const bool greeted = co_await link->greeted(steps.deadline);
  http::H2Stream* stream = greeted ? link->open() : nullptr;
  const char* fault = "does not speak HTTP/2";
  if (stream != nullptr) {
    Steps within{steps.request, *stream, steps.deadline, net::Buffer(buffers), steps.answer, {}};
    fault = co_await exchange(within);
    link->release(*stream);
  }
  link->cut();
  net::Join& ended = link->ended();
  co_await ended;
  co_return fault;
}

}  // namespace

net::Task<OwnAnswer> exchange_own(net::Loop& loop, net::BufferPool& buffers,
                                  const OwnRequest& request, std::unique_ptr<net::Stream>& stream) {
  OwnAnswer answer;
  const SteadyTime deadline = std::chrono::steady_clock::now() + request.timeout;
  stream = net::begin_connect(loop, request.endpoint);
  if (stream == nullptr) {
    answer.fault = fault_of_connect(errno);
    co_return answer;
  }
  Steps steps{request, *stream, deadline, net::Buffer(buffers), answer, {}};
  const Wait wait = co_await stream->writable(deadline);
  answer.fault = wait == Wait::ready         ? fault_of_connect(stream->connect_error())
                 : wait == Wait::interrupted ? kBrokenOff
                                             : "connect timeout";
  if (answer.fault == nullptr && request.tls != nullptr) answer.fault = co_await begin_tls(steps);
  if (answer.fault == nullptr && request.http2) {
    answer.fault = co_await exchange_h2(steps, buffers);
  } else if (answer.fault == nullptr) {
    answer.fault = co_await exchange(steps);
  }
  stream.reset();
  co_return answer;
}

}  // namespace gateway::proxy
