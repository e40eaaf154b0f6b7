#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gatewayd/net/tls_server.h"
#include "shared/base/clock.h"
#include "shared/base/ip.h"

namespace gateway::proxy {

// What a listener does with a new connection before it serves it. Immutable; a connection keeps the
// one it came through, so that a reload changes nothing for it.
struct Door {
  std::shared_ptr<const net::TlsServer> tls;  // null: no TLS
  milliseconds handshake_timeout{};
  bool http2 = false;
  std::vector<Cidr> proxy_protocol;         // who begins with a PROXY header
  std::optional<std::uint16_t> https_port;  // where every request is redirected to
};

// By the listener's name.
using Doors = std::unordered_map<std::string, std::shared_ptr<const Door>>;

}  // namespace gateway::proxy
