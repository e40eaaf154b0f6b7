#include "gatewayd/net/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

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

// Drops segments with SYN; a listening socket's filter sees them from the TCP header on.
constexpr std::size_t kFlagsAt = 13;  // RFC 9293 §3.1
constexpr std::array kNoNewConnections = {
    sock_filter BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlagsAt),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TH_SYN, 0, 1),
    sock_filter BPF_STMT(BPF_RET | BPF_K, 0),
    sock_filter BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
};

// -1, and errno says why. `shared`: with sockets of the same user that are so too.
int listening_socket(const Endpoint& endpoint, bool shared) {
  sockaddr_storage address{};
  const socklen_t size = to_sockaddr(endpoint, address);
  const int fd =
      ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return -1;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (shared) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  if (address.ss_family == AF_INET6) {
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      (!shared || ::listen(fd, kBacklog) == 0)) {
    return fd;
  }
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

// What errno says about listening there.
std::string refusal(const Endpoint& endpoint) {
  const int error = errno;
  return fmt::format("cannot listen on {}: {}{}", to_string(endpoint), std::strerror(error),
                     advice(error));
}

int option(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof(value);
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

Result<std::unique_ptr<Listener>, std::string> Listener::adopt(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  const bool ours = option(fd, SO_ACCEPTCONN) == 1 && option(fd, SO_PROTOCOL) == IPPROTO_TCP &&
                    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!ours) {
    ::close(fd);
    return std::string("an inherited descriptor is no listening TCP socket");
  }
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return std::unique_ptr<Listener>(new Listener(fd, from_sockaddr(address)));
}

Result<std::unique_ptr<Listener>, std::string> Listener::open(const Endpoint& endpoint) {
  const int fd = listening_socket(endpoint, /*shared=*/true);
  if (fd < 0) return refusal(endpoint);
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return std::unique_ptr<Listener>(new Listener(fd, from_sockaddr(address)));
}

std::optional<std::string> Listener::taken(const Endpoint& endpoint) {
  const int fd = listening_socket(endpoint, /*shared=*/false);
  if (fd < 0) return refusal(endpoint);
  ::close(fd);
  return std::nullopt;
}

Listener::~Listener() {
  leave();
  ::close(spare_);
}

Listener::Listener(int fd, const Endpoint& endpoint)
    : fd_(fd), spare_(::open("/dev/null", O_RDONLY | O_CLOEXEC)), endpoint_(endpoint) {}

void Listener::start(Loop& loop, Accepted accepted) {
  loop_ = &loop;
  accepted_ = std::move(accepted);
  loop.watch_level(fd_, *this);
}

void Listener::refuse_new() {
  std::array program = kNoNewConnections;
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  ::setsockopt(fd_, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

void Listener::welcome_new() {
  const int unused = 0;
  ::setsockopt(fd_, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused));
}

void Listener::stop() {
  while (accept_some(kAcceptsAtOnce) == kAcceptsAtOnce) {
  }
  leave();
}

void Listener::leave() {
  if (fd_ < 0) return;
  // Closing would not do: another descriptor of the same socket keeps it registered.
  if (loop_ != nullptr) loop_->unwatch(fd_, *this);
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
