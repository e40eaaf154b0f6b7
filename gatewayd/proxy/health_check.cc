#include "gatewayd/proxy/health_check.h"

#include "gatewayd/proxy/own_exchange.h"

namespace gateway::proxy {
namespace {

using Outcome = HealthResult::Outcome;

OwnRequest request_of(const HealthCheck& check, const net::Endpoint& endpoint,
                      const std::string& authority, std::shared_ptr<net::TlsPeer> tls) {
  OwnRequest request;
  request.text = check.method + " " + check.path + " HTTP/1.1\r\nHost: " + authority +
                 "\r\nUser-Agent: gatewayd-health\r\nAccept: */*\r\nConnection: close\r\n";
  const bool expects_body =
      check.method == "POST" || check.method == "PUT" || check.method == "PATCH";
  if (expects_body) request.text += "Content-Length: 0\r\n";  // RFC 9110 §8.6
  request.text += "\r\n";
  request.to_head = check.method == "HEAD";
  request.http2 = check.http2;
  request.endpoint = endpoint;
  request.tls = std::move(tls);
  request.timeout = check.timeout;
  request.max_body = kMaxHealthBody;
  request.wants_body = [&check](std::uint16_t status) {
    return check.answer.status_is_well(status);
  };
  return request;
}

void judge(const HealthCheck& check, const OwnAnswer& answer, HealthResult& result) {
  const auto fails = [&](const char* what) {
    result.outcome = Outcome::failed;
    result.fault.what = what;
  };
  if (answer.fault == kBrokenOff) return;
  if (answer.fault != nullptr) return fails(answer.fault);
  if (answer.status == 101 || !check.answer.status_is_well(answer.status)) {
    result.fault.status = answer.status;
    return fails("status");
  }
  if (check.answer.wants_body() && !check.answer.body_is_well(answer.body)) {
    return fails("body without the text");
  }
  result.outcome = Outcome::passed;
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
                                     const std::string& authority,
                                     std::shared_ptr<net::TlsPeer> tls,
                                     std::unique_ptr<net::Stream>& stream) {
  const SteadyTime began = std::chrono::steady_clock::now();
  const OwnRequest request = request_of(check, endpoint, authority, std::move(tls));
  const OwnAnswer answer = co_await exchange_own(loop, buffers, request, stream);
  HealthResult result;
  result.latency =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began);
  judge(check, answer, result);
  co_return result;
}

}  // namespace gateway::proxy
