#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/ip.h"
#include "shared/base/result.h"

namespace gateway::net {

// One HTTP question of the gateway's own: to the service that knows tokens, for a set of keys.
struct Question {
  bool tls = false;
  std::string host;                  // IP address without brackets, or a name
  std::optional<IpAddress> address;  // where the host is; none: it is looked up, which may block
  std::uint16_t port = 80;
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  milliseconds timeout{2000};            // of the whole exchange, name look-up aside
  std::uint64_t max_answer = 64 * 1024;  // bytes of the answer's body
  std::string authorities;               // PEM, trusted in the system's place; empty: the system's
  std::stop_token stop;                  // ends it without a reply, name look-up aside
};

struct Reply {
  unsigned status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields = {};  // as received

  // The first one's value; empty when there is none. Names in any case.
  std::string_view field(std::string_view name) const;
};

// Why there is no reply, for the daemon's log: "connect: Connection refused".
struct AskError {
  std::string reason;
};

// Asks over a connection of its own, which is closed afterwards; follows no redirection. TLS
// verifies the certificate against these or the system's authorities. Blocks: for Offload's
// threads, never for a worker's. Any thread.
Result<Reply, AskError> ask(const Question& question);

}  // namespace gateway::net
