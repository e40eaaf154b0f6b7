#include "gatewayd/proxy/health_check.h"

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
using Outcome = HealthResult::Outcome;

// Interim answers before the one that counts; more is a flood.
constexpr int kMaxInterim = 16;

constexpr const char* kBroken = "";  // stands for Outcome::none
constexpr const char* kStatus = "status";
constexpr const char* kEnd = "closed before it answered";

// What the steps of one check share.
struct Steps {
  const HealthCheck& check;
  net::Stream& stream;
  SteadyTime deadline;
  net::Buffer input;
  http::ResponseHead head;
  std::string body;
};

// Null: goes on. kBroken: the fault is this machine's.
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
      return kBroken;
    default:
      return "connect failed";
  }
}

std::string compose(const HealthCheck& check, const std::string& authority) {
  std::string head = check.method + " " + check.path + " HTTP/1.1\r\nHost: " + authority +
                     "\r\nUser-Agent: gatewayd-health\r\nAccept: */*\r\nConnection: close\r\n";
  const bool expects_body =
      check.method == "POST" || check.method == "PUT" || check.method == "PATCH";
  if (expects_body) head += "Content-Length: 0\r\n";  // RFC 9110 §8.6
  return head + "\r\n";
}

// Receives more. Null: some came; kEnd: the peer has sent its last byte.
net::Task<const char*> receive(Steps& steps) {
  for (;;) {
    const Wait wait = co_await steps.stream.readable(steps.deadline);
    if (wait == Wait::interrupted) co_return kBroken;
    if (wait == Wait::timeout) co_return "timeout";
    steps.input.reserve(net::kBufferSize);
    const net::IoResult result = steps.stream.recv(steps.input);
    if (result.io == Io::done) co_return nullptr;
    if (result.io == Io::closed) co_return kEnd;
    if (result.io == Io::failed) co_return "reset";
  }
}

// Reads heads until the one that counts.
net::Task<const char*> read_head(Steps& steps) {
  const http::HeadLimits limits{kMaxHealthHead, 0, 100};
  const bool to_head = steps.check.method == "HEAD";
  for (int interim = 0; interim <= kMaxInterim; ++interim) {
    http::HeadScanner scanner;
    http::HeadScanner::State state = scanner.scan(steps.input.view());
    while (state == http::HeadScanner::State::incomplete) {
      if (steps.input.size() >= kMaxHealthHead) co_return "malformed answer";
      const char* fault = co_await receive(steps);
      if (fault != nullptr) co_return fault;
      state = scanner.scan(steps.input.view());
    }
    if (state != http::HeadScanner::State::complete) co_return "malformed answer";
    const std::size_t size = scanner.size();
    const auto error =
        http::parse_response_head(steps.input.view().substr(0, size), limits, to_head, steps.head);
    if (error) co_return "malformed answer";
    steps.input.consume(size);
    if (steps.head.status == 101) co_return kStatus;  // nobody asked to switch
    if (steps.head.status >= 200) co_return nullptr;
  }
  co_return "malformed answer";
}

// Reads the body to its end or to kMaxHealthBody; keeps it where it matters.
net::Task<const char*> read_body(Steps& steps) {
  http::BodyReader reader(steps.head.framing, steps.head.content_length,
                          std::numeric_limits<std::uint64_t>::max());
  while (reader.bytes() < kMaxHealthBody) {
    const http::BodyReader::Step step = reader.take(steps.input);
    switch (step.state) {
      case http::BodyReader::State::data:
        if (steps.check.answer.wants_body()) {
          steps.body += step.data.substr(0, kMaxHealthBody - steps.body.size());
        }
        break;
      case http::BodyReader::State::end:
        co_return nullptr;
      case http::BodyReader::State::need_input: {
        const char* fault = co_await receive(steps);
        if (fault == kEnd && reader.close_ends_it()) co_return nullptr;
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

net::Task<const char*> begin_tls(Steps& steps, net::TlsPeer& tls) {
  auto session = tls.begin(steps.check.http2);
  if (session == nullptr) co_return kBroken;
  steps.stream.secure(std::move(session));
  const net::Handshake outcome = co_await net::shake_hands(steps.stream, steps.deadline);
  switch (outcome) {
    case net::Handshake::ready:
      co_return nullptr;
    case net::Handshake::interrupted:
      co_return kBroken;
    case net::Handshake::timeout:
      co_return "TLS handshake timeout";
    case net::Handshake::failed:
      break;
  }
  co_return steps.stream.tls()->is_distrusted() ? "TLS certificate not trusted"
                                                : "TLS handshake failed";
}

// Everything after the connect and the handshake. The fault; its status is left to the caller.
net::Task<const char*> exchange(Steps& steps, const std::string& authority) {
  const std::string request = compose(steps.check, authority);
  http::Parts parts;
  parts.add(request);
  http::Sent sent = http::send_now(steps.stream, parts);
  if (sent == http::Sent::interrupted) {
    const SteadyTime now = steps.stream.loop().now();
    const auto left = std::chrono::duration_cast<milliseconds>(steps.deadline - now);
    sent = co_await http::send_rest(steps.stream, parts, left);
  }
  if (sent == http::Sent::timeout) co_return "timeout";
  if (sent == http::Sent::interrupted) co_return kBroken;
  // A send that failed is not yet the end: the peer may have answered and closed without reading.
  const char* fault = co_await read_head(steps);
  if (fault != nullptr) co_return fault;
  if (!steps.check.answer.status_is_well(steps.head.status)) co_return kStatus;
  fault = co_await read_body(steps);
  if (fault != nullptr) co_return fault;
  if (steps.check.answer.wants_body() && !steps.check.answer.body_is_well(steps.body)) {
    co_return "body without the text";
  }
  co_return nullptr;
}

// The same over a connection that speaks HTTP/2, as one of its streams.
net::Task<const char*> exchange_h2(Steps& steps, net::BufferPool& buffers,
                                   const std::string& authority) {
  // The connection stays the check's own; the link is over before it ends.
  const std::shared_ptr<net::Stream> connection(&steps.stream, [](net::Stream*) {});
  const auto link =
      H2Link::start(connection, buffers, {steps.check.timeout, steps.check.timeout}, nullptr);
  const bool greeted = co_await link->greeted(steps.deadline);
  http::H2Stream* stream = greeted ? link->open() : nullptr;
  const char* fault = "does not speak HTTP/2";
  if (stream != nullptr) {
    Steps within{steps.check, *stream, steps.deadline, net::Buffer(buffers), {}, {}};
    fault = co_await exchange(within, authority);
    steps.head.status = within.head.status;
    link->release(*stream);
  }
  link->cut();
  net::Join& ended = link->ended();
  co_await ended;
  co_return fault;
}

HealthResult result_of(const char* fault, std::uint16_t status, SteadyTime began) {
  HealthResult result;
  result.latency =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began);
  if (fault == kBroken) return result;
  result.outcome = fault == nullptr ? Outcome::passed : Outcome::failed;
  if (fault != nullptr) result.fault.what = fault;
  if (fault == kStatus) result.fault.status = status;
  return result;
}

}  // namespace

HealthCheck::HealthCheck(const config::Health& health, bool speaks_h2)
    : method(health.method),
      path(health.path),
      answer(health),
      every(health.every),
      timeout(health.timeout),
      http2(speaks_h2) {}

net::Task<HealthResult> check_health(net::Loop& loop, net::BufferPool& buffers,
                                     const HealthCheck& check, net::Endpoint endpoint,
                                     const std::string& authority, net::TlsPeer* tls,
                                     std::unique_ptr<net::Stream>& stream) {
  const SteadyTime began = std::chrono::steady_clock::now();
  stream = net::begin_connect(loop, endpoint);
  if (stream == nullptr) co_return result_of(fault_of_connect(errno), 0, began);
  Steps steps{check, *stream, began + check.timeout, net::Buffer(buffers), {}, {}};
  const Wait wait = co_await stream->writable(steps.deadline);
  const char* fault = wait == Wait::ready         ? fault_of_connect(stream->connect_error())
                      : wait == Wait::interrupted ? kBroken
                                                  : "connect timeout";
  if (fault == nullptr && tls != nullptr) fault = co_await begin_tls(steps, *tls);
  if (fault == nullptr) {
    fault = check.http2 ? co_await exchange_h2(steps, buffers, authority)
                        : co_await exchange(steps, authority);
  }
  const HealthResult result = result_of(fault, steps.head.status, began);
  stream.reset();
  co_return result;
}

}  // namespace gateway::proxy
