#pragma once

#include <cstdint>
#include <string>

#include "gatewayd/control/unix_socket.h"
#include "shared/base/result.h"

namespace gateway::control {

// A listening TCP socket, non-blocking; port 0 lets the kernel choose. It shares its address with
// another one of the same user, so that a gateway can take the place of the one that runs.
Result<Descriptor, SocketError> listen_tcp(const std::string& host, std::uint16_t port);

// "127.0.0.1:9901", "[::1]:9901": where a socket listens, and who is at its other end.
std::string local_address(int fd);
std::string peer_address(int fd);

}  // namespace gateway::control
