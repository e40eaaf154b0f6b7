#include "gatewayd/net/dial.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace gateway::net {

Task<Result<std::unique_ptr<Stream>, Decider>> dial(Loop& loop, Endpoint endpoint,
                                                    SteadyTime deadline, Stream*& connecting) {
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(endpoint, address);
  const int fd =
      ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) co_return Decider::upstream_connect;
  const int outcome = ::connect(fd, reinterpret_cast<sockaddr*>(&address), size);
  if (outcome != 0 && errno != EINPROGRESS) {
    ::close(fd);
    co_return Decider::upstream_connect;
  }
  auto stream = std::make_unique<Stream>(loop, fd, outcome == 0);
  connecting = stream.get();
  const Wait wait = co_await stream->writable(deadline);
  connecting = nullptr;
  if (wait == Wait::timeout) co_return Decider::upstream_connect_timeout;
  if (wait == Wait::interrupted) co_return Decider::client_closed;
  if (stream->connect_error() != 0) co_return Decider::upstream_connect;
  co_return std::move(stream);
}

}  // namespace gateway::net
