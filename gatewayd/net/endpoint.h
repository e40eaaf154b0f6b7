#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "shared/base/ip.h"
#include "shared/base/result.h"

namespace gateway::net {

// An IP address and a port, ready for the kernel.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

std::string to_string(const Endpoint& endpoint);  // "127.0.0.1:80", "[::1]:80"

// The socket address of `endpoint`; IPv4 in its own family.
socklen_t to_sockaddr(const Endpoint& endpoint, sockaddr_storage& out);
Endpoint from_sockaddr(const sockaddr_storage& address);

// Addresses of a name or of a literal address. Blocks: never on a worker's thread. The error is
// the resolver's own sentence.
Result<std::vector<IpAddress>, std::string> resolve(const std::string& host);

}  // namespace gateway::net
