#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"
#include "gatewayd/net/tls_client.h"
#include "shared/config/upstream.h"
#include "shared/policy/health.h"
#include "shared/policy/health_answer.h"

namespace gateway::proxy {

// Bytes of an answer's body that a check reads; of a longer one the front alone is judged.
inline constexpr std::size_t kMaxHealthBody = 64 * 1024;

// How the instances of one service are checked. Immutable, any thread.
struct HealthCheck {
  explicit HealthCheck(const config::Health& health, bool speaks_h2 = false);

  std::string method;
  std::string path;
  policy::HealthAnswer answer;
  milliseconds every;
  milliseconds timeout;  // of the whole check
  bool http2 = false;    // what is spoken

  bool operator==(const HealthCheck&) const = default;
};

// How a check ended.
struct HealthResult {
  enum class Outcome : std::uint8_t {
    passed,
    failed,
    none,  // it was broken off, or this machine lacks what it takes: it says nothing of the peer
  };
  Outcome outcome = Outcome::none;
  policy::HealthFault fault;  // of a failed one
  microseconds latency{};     // from the connect to the answer's end, or to the failure
};

// Checks the peer at `endpoint` once, over a connection of its own. `authority`: its Host field;
// `tls`: null: plain. `stream` is where the connection stands meanwhile: interrupting it breaks the
// check off. On the loop's thread; `check`, `authority` and `stream` must outlive the task.
net::Task<HealthResult> check_health(net::Loop& loop, net::BufferPool& buffers,
                                     const HealthCheck& check, net::Endpoint endpoint,
                                     const std::string& authority,
                                     std::shared_ptr<net::TlsPeer> tls,
                                     std::unique_ptr<net::Stream>& stream);

}  // namespace gateway::proxy
