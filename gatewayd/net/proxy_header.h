#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gatewayd/net/endpoint.h"

namespace gateway::net {

// Longest header that is read: version 1 has at most 107 bytes; of version 2 this bounds the
// extensions, which are passed over.
inline constexpr std::size_t kMaxProxyHeader = 4096;

// What a load balancer says of the connection that it forwards, before the connection's own bytes:
// the PROXY protocol, versions 1 and 2 (haproxy.org/download/2.6/doc/proxy-protocol.txt).
struct ProxyHeader {
  enum class State : std::uint8_t { incomplete, complete, malformed };
  State state = State::incomplete;
  std::size_t size = 0;            // bytes of it, once complete
  std::optional<Endpoint> source;  // of the client; none: the balancer's own connection, or one
                                   // whose addresses it cannot tell
};

// Reads the header at the front of `input`. Pure.
ProxyHeader parse_proxy_header(std::string_view input);

}  // namespace gateway::net
