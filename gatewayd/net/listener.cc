#include "gatewayd/net/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gateway::net {
namespace {

// A burst of new connections must not starve those that are being served.
constexpr std::size_t kAcceptsAtOnce = 64;
constexpr int kBacklog = 4096;  // the kernel cuts it to net.core.somaxconn

std::string advice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "; another process holds the port: `ss -ltnp` names it";
    case EACCES:
      return "; ports below 1024 need CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
      return "; no interface of this machine has the address: see `ip address`";
    default:
      return "";
  }
}

}  // namespace

Result<std::unique_ptr<Listener>, std::string> Listener::open(const Endpoint& endpoint) {
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(endpoint, address);
  const int fd =
      ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  const int on = 1;
  if (fd >= 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (address.ss_family == AF_INET6) {
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
  }
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    return fmt::format("cannot listen on {}: {}{}", to_string(endpoint), std::strerror(error),
                       advice(error));
  }
  socklen_t bound_size = sizeof(address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bound_size);
  return std::unique_ptr<Listener>(new Listener(fd, from_sockaddr(address)));
}

Listener::~Listener() {
  if (loop_ != nullptr) loop_->forget(*this);
  if (fd_ >= 0) ::close(fd_);
  ::close(spare_);
}

Listener::Listener(int fd, const Endpoint& endpoint)
    : fd_(fd), spare_(::open("/dev/null", O_RDONLY | O_CLOEXEC)), endpoint_(endpoint) {}

void Listener::start(Loop& loop, Accepted accepted) {
  loop_ = &loop;
  accepted_ = std::move(accepted);
  loop.watch_level(fd_, *this);
}

void Listener::stop() {
  while (accept_some(kAcceptsAtOnce) == kAcceptsAtOnce) {
  }
  loop_->forget(*this);
  ::close(std::exchange(fd_, -1));
}

void Listener::ready(std::uint32_t) {
  accept_some(kAcceptsAtOnce);
}

std::size_t Listener::accept_some(std::size_t most) {
  for (std::size_t count = 0; count < most; ++count) {
    sockaddr_storage address;
    socklen_t size = sizeof(address);
    const int fd =
        ::accept4(fd_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE) refuse_one();
      return count;
    }
    accepted_(fd, from_sockaddr(address));
  }
  return most;
}

// Out of descriptors: an unanswered connection would keep the socket readable and the loop
// spinning. The spare descriptor takes it, so that the client sees a close at once.
void Listener::refuse_one() {
  ::close(spare_);
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) ::close(fd);
  spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace gateway::net
