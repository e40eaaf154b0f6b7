// The floor of every comparison: passes bytes between a client and the backend, understanding none.
//
//   relay PORT BACKEND_PORT    one connection to the backend for each client, one thread, epoll
#include <sys/epoll.h>

#include <algorithm>
#include <vector>

#include "tests/bench/backend/socket.h"

namespace {

using namespace gateway::bench;

std::vector<int> peers;  // by descriptor; -1: none

void watch(int poll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

void pair_up(int poll, int client, std::uint16_t backend) {
  no_delay(client);
  const int upstream = connect_to(backend);
  const auto size = static_cast<std::size_t>(std::max(client, upstream)) + 1;
  if (peers.size() < size) peers.resize(size, -1);
  peers[static_cast<std::size_t>(client)] = upstream;
  peers[static_cast<std::size_t>(upstream)] = client;
  watch(poll, client);
  watch(poll, upstream);
}

void pass(int from, std::vector<char>& buffer) {
  const int to = peers[static_cast<std::size_t>(from)];
  if (to < 0) return;
  const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
  if (got > 0 && ::send(to, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) == got) {
    return;
  }
  if (got < 0 && errno == EAGAIN) return;
  peers[static_cast<std::size_t>(from)] = peers[static_cast<std::size_t>(to)] = -1;
  ::close(from);
  ::close(to);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: relay PORT BACKEND_PORT\n"), 64;
  raise_descriptor_limit();
  auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto backend = static_cast<std::uint16_t>(std::atoi(argv[2]));
  const int listener = listen_on(port);
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(poll, listener);
  std::vector<epoll_event> events(512);
  std::vector<char> buffer(64 * 1024);
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd != listener) {
        pass(fd, buffer);
        continue;
      }
      const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (client >= 0) pair_up(poll, client, backend);
    }
  }
}
