#include "gatewayd/net/loop.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <optional>
#include <string>
#include <thread>

#include "gatewayd/net/dial.h"
#include "gatewayd/net/listener.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"

namespace {

using namespace gateway;
using namespace gateway::net;

// A connected pair on one loop.
struct Pair {
  Pair() {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    left.emplace(loop, fds[0]);
    right.emplace(loop, fds[1]);
  }
  Loop loop;
  BufferPool pool;
  std::optional<Stream> left;
  std::optional<Stream> right;
};

Detached wait_readable(Stream& stream, SteadyTime deadline, std::optional<Wait>& outcome) {
  outcome = co_await stream.readable(deadline);
  stream.loop().stop();
}

Detached wait_writable(Stream& stream, SteadyTime deadline, std::optional<Wait>& outcome) {
  outcome = co_await stream.writable(deadline);
  stream.loop().stop();
}

}  // namespace

TEST_CASE("a reader wakes when bytes come") {
  Pair pair;
  std::optional<Wait> outcome;
  wait_readable(*pair.left, kNever, outcome);
  pair.loop.post([&] {
    const iovec part{const_cast<char*>("hi"), 2};
    CHECK(pair.right->send(&part, 1).bytes == 2);
  });
  pair.loop.run();
  CHECK(outcome == Wait::ready);
  Buffer input(pair.pool);
  input.reserve();
  CHECK(pair.left->recv(input).io == Io::done);
  CHECK(input.view() == "hi");
  CHECK(pair.left->recv(input).io == Io::would_block);
}

TEST_CASE("parts arrive as one, in their order") {
  Pair pair;
  for (const std::size_t size : {1u, 1023u, 1024u, 1025u, 5000u}) {
    std::string head(size / 2, 'h');
    std::string body(size - head.size(), 'b');
    const iovec parts[] = {{head.data(), head.size()}, {body.data(), body.size()}};
    CHECK(pair.right->send(parts, 2).bytes == size);
    Buffer input(pair.pool);
    input.reserve();
    CHECK(pair.left->recv(input).bytes == size);
    CHECK(input.view() == head + body);
  }
}

TEST_CASE("an event is pending from its fetch until it is handed out, or forgotten") {
  Pair pair;
  // Whichever side is told first sees that the other's event was fetched with it.
  struct Observer final : StreamObserver {
    explicit Observer(Pair& owner) : pair(owner) {}
    void stream_stirred(bool) override {
      CHECK(pair.left->has_input() != pair.right->has_input());
      std::optional<Stream>& other = pair.left->has_input() ? pair.right : pair.left;
      CHECK(pair.loop.has_pending(*other));
      other.reset();  // and is not told any more
      ++told;
      pair.loop.stop();
    }
    Pair& pair;
    int told = 0;
  } observer(pair);
  pair.left->observe(&observer);
  pair.right->observe(&observer);
  CHECK_FALSE(pair.loop.has_pending(*pair.left));
  const iovec part{const_cast<char*>("hi"), 2};
  CHECK(pair.left->send(&part, 1).bytes == 2);
  CHECK(pair.right->send(&part, 1).bytes == 2);
  pair.loop.run();
  CHECK(observer.told == 1);
}

TEST_CASE("a wait ends at its deadline") {
  Pair pair;
  std::optional<Wait> outcome;
  wait_readable(*pair.left, pair.loop.now() + 30ms, outcome);
  pair.loop.run();
  CHECK(outcome == Wait::timeout);
}

TEST_CASE("an interrupt ends the wait and those to come") {
  Pair pair;
  std::optional<Wait> outcome;
  wait_readable(*pair.left, kNever, outcome);
  pair.loop.post([&] { pair.left->interrupt(); });
  pair.loop.run();
  CHECK(outcome == Wait::interrupted);
  wait_readable(*pair.left, kNever, outcome);
  CHECK(outcome == Wait::interrupted);
}

TEST_CASE("the observer hears of a close that nobody waits for") {
  Pair pair;
  struct Observer final : StreamObserver {
    explicit Observer(Loop& l) : loop(l) {}
    void stream_stirred(bool peer_closed) override {
      closed = peer_closed;
      loop.stop();
    }
    Loop& loop;
    bool closed = false;
  } observer(pair.loop);
  pair.left->observe(&observer);
  pair.loop.post([&] { pair.right.reset(); });
  pair.loop.run();
  CHECK(observer.closed);
  CHECK(pair.left->peer_closed());
}

TEST_CASE("a listener takes a connection and a dial reaches it") {
  Loop loop;
  IpAddress loopback = *parse_ip("127.0.0.1");
  auto listener = Listener::open({loopback, 0});
  REQUIRE(listener.ok());
  CHECK((*listener)->endpoint().port != 0);
  int accepted = -1;
  (*listener)->start(loop, [&](int fd, const Endpoint& peer) {
    accepted = fd;
    CHECK(peer.address == loopback);
    loop.stop();
  });
  auto stream = begin_connect(loop, (*listener)->endpoint());
  REQUIRE(stream);
  std::optional<Wait> outcome;
  loop.run();
  CHECK(accepted >= 0);
  wait_writable(*stream, loop.now() + 5s, outcome);
  if (!outcome) std::thread([&] { loop.run(); }).join();
  CHECK(outcome == Wait::ready);
  CHECK(stream->connect_error() == 0);
  ::close(accepted);
}

TEST_CASE("a taken port is refused with what to do") {
  const IpAddress loopback = *parse_ip("127.0.0.1");
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage address;
  const socklen_t size = to_sockaddr({loopback, 0}, address);
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  socklen_t bound = sizeof(address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bound);
  REQUIRE(::listen(fd, 1) == 0);
  const auto listener = Listener::open(from_sockaddr(address));
  REQUIRE_FALSE(listener.ok());
  CHECK(listener.error().find("another process holds the port") != std::string::npos);
  ::close(fd);
}

TEST_CASE("lag: what waited for a long turn is late, what comes after a rest is not") {
  using namespace std::chrono_literals;
  Loop loop;
  microseconds late{};
  microseconds rested{-1us};
  std::promise<void> told;
  loop.post([&] {
    std::this_thread::sleep_for(30ms);
    loop.post([&] {
      late = loop.lag();
      told.set_value();
    });
  });
  std::thread later([&] {
    told.get_future().wait();
    std::this_thread::sleep_for(80ms);
    loop.post([&] {
      rested = loop.lag();
      loop.stop();
    });
  });
  loop.run();
  later.join();
  CHECK(late >= 30ms);
  CHECK(rested == 0us);
  CHECK(loop.take_longest_lag() >= 30ms);
}
