#include "gatewayd/proxy/tunnel.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <thread>

namespace {

using namespace gateway;
using namespace gateway::net;

// A tunnel between two socket pairs; the test holds the far end of each.
struct Ends {
  Ends() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, left_fds) == 0);
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, right_fds) == 0);
    left.emplace(loop, left_fds[0]);
    right.emplace(loop, right_fds[0]);
  }
  ~Ends() {
    ::close(left_fds[1]);
    ::close(right_fds[1]);
  }

  void run(proxy::TunnelTimes times) {
    carry(times);
    loop.run();
  }

  Loop loop;
  BufferPool pool;
  int left_fds[2];
  int right_fds[2];
  std::optional<Stream> left;
  std::optional<Stream> right;
  Buffer from_left{pool};
  Buffer from_right{pool};
  std::optional<proxy::TunnelBytes> bytes;

 private:
  Detached carry(proxy::TunnelTimes times) {
    bytes = co_await proxy::tunnel(*left, from_left, *right, from_right, times);
    loop.stop();
  }
};

std::string received(int fd) {
  char buffer[256];
  const ssize_t got = ::recv(fd, buffer, sizeof(buffer), 0);
  return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
}

}  // namespace

TEST_CASE("bytes pass both ways until both sides have ended") {
  Ends ends;
  CHECK(::send(ends.left_fds[1], "ping", 4, 0) == 4);
  CHECK(::send(ends.right_fds[1], "answer", 6, 0) == 6);
  ::shutdown(ends.left_fds[1], SHUT_WR);
  ::shutdown(ends.right_fds[1], SHUT_WR);
  ends.run({10s});
  REQUIRE(ends.bytes);
  CHECK(ends.bytes->to_right == 4);
  CHECK(ends.bytes->to_left == 6);
  CHECK(received(ends.right_fds[1]) == "ping");
  CHECK(received(ends.left_fds[1]) == "answer");
}

TEST_CASE("what came with the heads is sent first") {
  Ends ends;
  ends.from_right.reserve();
  ends.from_right.free_data()[0] = 'x';
  ends.from_right.commit(1);
  ::shutdown(ends.left_fds[1], SHUT_WR);
  ::shutdown(ends.right_fds[1], SHUT_WR);
  ends.run({10s});
  CHECK(received(ends.left_fds[1]) == "x");
}

TEST_CASE("a silent tunnel ends") {
  Ends ends;
  ends.run({30ms});
  REQUIRE(ends.bytes);
  CHECK(ends.bytes->to_left == 0);
}

TEST_CASE("one side's failure ends the other") {
  Ends ends;
  ::close(ends.right_fds[1]);
  ends.right_fds[1] = ::dup(ends.left_fds[1]);  // something for the end to close
  CHECK(::send(ends.left_fds[1], "ping", 4, 0) == 4);
  ends.run({10s});
  CHECK(ends.bytes);
}

TEST_CASE("a tunnel ends with its lifetime, also while it is busy") {
  Ends ends;
  const SteadyTime end = std::chrono::steady_clock::now() + 50ms;
  std::thread busy([&] {
    while (::send(ends.left_fds[1], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 0 &&
           std::chrono::steady_clock::now() < end + 100ms) {
      received(ends.right_fds[1]);
      std::this_thread::sleep_for(1ms);
    }
  });
  ends.run({10s, end});
  CHECK(ends.bytes);
  CHECK(std::chrono::steady_clock::now() >= end);
  busy.join();
}
