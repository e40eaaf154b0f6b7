#include "gatewayd/control/tcp_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "shared/base/ip.h"

namespace gateway::control {
namespace {

constexpr int kBacklog = 64;

SocketError failure(const std::string& host, std::uint16_t port, std::string_view step) {
  const std::string why = std::strerror(errno);
  return {
      fmt::format("cannot open the control API's address {}:{}: {}: {}; set control.listen to "
                  "another one",
                  host, port, step, why)};
}

bool set(int fd, int level, int option) {
  const int on = 1;
  return ::setsockopt(fd, level, option, &on, sizeof(on)) == 0;
}

// IPv4 addresses are bound as such, not mapped.
socklen_t fill(const IpAddress& ip, std::uint16_t port, sockaddr_storage& out) {
  if (ip.is_v4()) {
    auto& address = reinterpret_cast<sockaddr_in&>(out);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    std::memcpy(&address.sin_addr, ip.bytes.data() + 12, 4);
    return sizeof(sockaddr_in);
  }
  auto& address = reinterpret_cast<sockaddr_in6&>(out);
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  std::memcpy(&address.sin6_addr, ip.bytes.data(), 16);
  return sizeof(sockaddr_in6);
}

std::string text_of(const sockaddr_storage& address) {
  char host[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
    return fmt::format("{}:{}", host, ntohs(v4.sin_port));
  }
  if (address.ss_family != AF_INET6) return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  ::inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
  return fmt::format("[{}]:{}", host, ntohs(v6.sin6_port));
}

}  // namespace

Result<Descriptor, SocketError> listen_tcp(const std::string& host, std::uint16_t port) {
  const auto ip = parse_ip(host);
  errno = EINVAL;
  if (!ip) return failure(host, port, "its address");
  sockaddr_storage address{};
  const socklen_t size = fill(*ip, port, address);
  Descriptor listener{::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const int fd = listener.get();
  if (fd < 0) return failure(host, port, "socket");
  if (!set(fd, SOL_SOCKET, SO_REUSEADDR) || !set(fd, SOL_SOCKET, SO_REUSEPORT)) {
    return failure(host, port, "setsockopt");
  }
  if (address.ss_family == AF_INET6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY)) {
    return failure(host, port, "setsockopt");
  }
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return failure(host, port, "bind");
  }
  if (::listen(fd, kBacklog) != 0) return failure(host, port, "listen");
  return listener;
}

std::string local_address(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return text_of(address);
}

std::string peer_address(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return text_of(address);
}

}  // namespace gateway::control
