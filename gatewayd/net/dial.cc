#include "gatewayd/net/dial.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace gateway::net {

std::unique_ptr<Stream> begin_connect(Loop& loop, const Endpoint& endpoint) {
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(endpoint, address);
  const int fd =
      ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return nullptr;
  const int outcome = ::connect(fd, reinterpret_cast<sockaddr*>(&address), size);
  if (outcome != 0 && errno != EINPROGRESS) {
    ::close(fd);
    return nullptr;
  }
  return std::make_unique<Stream>(loop, fd, outcome == 0);
}

}  // namespace gateway::net
