#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <unordered_map>

#include "load.h"

namespace load {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// Answers every whole head in `received`; requests have no body. False: the connection is over.
bool serve(int fd, std::string& received) {
  std::array<char, 16 * 1024> block;
  const ssize_t size = ::recv(fd, block.data(), block.size(), MSG_DONTWAIT);
  if (size <= 0) return false;
  received.append(block.data(), static_cast<std::size_t>(size));
  for (std::size_t end; (end = received.find("\r\n\r\n")) != std::string::npos;) {
    received.erase(0, end + 4);
    if (::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) return false;
  }
  return true;
}

}  // namespace

int run_origin() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, length) != 0 || ::listen(listener, 1024) != 0) return 1;
  ::getsockname(listener, generic, &length);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  const int epoll = ::epoll_create1(0);
  watch(epoll, listener);
  std::unordered_map<int, std::string> received;
  std::array<epoll_event, 64> events;
  while (!input_ended()) {
    const int count = ::epoll_wait(epoll, events.data(), events.size(), 100);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        watch(epoll, ::accept(listener, nullptr, nullptr));
      } else if (!serve(fd, received[fd])) {
        received.erase(fd);
        ::close(fd);
      }
    }
  }
  return 0;
}

}  // namespace load
