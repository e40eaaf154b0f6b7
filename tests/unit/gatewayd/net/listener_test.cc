#include "gatewayd/net/listener.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <future>
#include <thread>

namespace {

using namespace gateway;
using namespace gateway::net;

const Endpoint kAnywhere{*parse_ip("127.0.0.1"), 0};

// A loop on a thread of its own, as a worker has it.
class Running {
 public:
  Running() : thread_([this] { loop.run(); }) {}
  ~Running() {
    loop.stop();
    thread_.join();
  }
  void call(const std::function<void()>& work) {
    std::promise<void> done;
    loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  Loop loop;

 private:
  std::thread thread_;
};

// Answers each connection with one byte, and closes it.
void answer(int fd, const Endpoint&) {
  CHECK(::send(fd, "x", 1, MSG_NOSIGNAL) == 1);
  ::close(fd);
}

enum class Got { answered, refused, lost, silence };

Got ask(const Endpoint& endpoint, timeval patience = {5, 0}) {
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(endpoint, address);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));  // connect() keeps to it
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  Got got = Got::answered;
  char byte = 0;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    got = errno == ECONNREFUSED ? Got::refused : Got::silence;
  } else if (::recv(fd, &byte, 1, 0) != 1) {
    got = Got::lost;
  }
  ::close(fd);
  return got;
}

std::unique_ptr<Listener> open() {
  auto opened = Listener::open(kAnywhere);
  REQUIRE(opened.ok());
  return std::move(*opened);
}

}  // namespace

TEST_CASE("listener: one that refuses new connections ends without losing any") {
  for (int round = 0; round < 20; ++round) {
    Running running;
    auto listener = open();
    const Endpoint endpoint = listener->endpoint();
    running.call([&] { listener->start(running.loop, answer); });
    std::atomic<int> answered = 0;
    std::atomic<int> lost = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 3; ++i) {
      clients.emplace_back([&] {
        for (Got got = Got::answered; got == Got::answered || got == Got::lost;) {
          got = ask(endpoint);
          answered += got == Got::answered ? 1 : 0;
          lost += got == Got::lost ? 1 : 0;
        }
      });
    }
    while (answered == 0) std::this_thread::sleep_for(milliseconds(1));
    std::this_thread::sleep_for(milliseconds(20));
    listener->refuse_new();
    std::this_thread::sleep_for(milliseconds(20));
    running.call([&] { listener->stop(); });
    for (std::thread& client : clients) client.join();
    CHECK(answered > 0);
    CHECK(lost == 0);
    if (round == 19) MESSAGE("answered in the last round: " << answered.load());
  }
}

TEST_CASE("listener: refused connections wait, and are taken when it welcomes them again") {
  Running running;
  auto listener = open();
  const Endpoint endpoint = listener->endpoint();
  running.call([&] { listener->start(running.loop, answer); });
  listener->refuse_new();
  CHECK(ask(endpoint, {0, 100'000}) == Got::silence);
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(100));
    listener->welcome_new();
  });
  CHECK(ask(endpoint) == Got::answered);  // the kernel asks again after a second
  later.join();
  running.call([&] { listener->stop(); });
  CHECK(ask(endpoint) == Got::refused);
}

TEST_CASE("listener: a shared socket's queue is left to whoever listens still") {
  Running first;
  Running second;
  auto listener = open();
  const Endpoint endpoint = listener->endpoint();
  auto adopted = Listener::adopt(::dup(listener->fd()));
  REQUIRE(adopted.ok());
  auto& heir = *adopted;
  CHECK(heir->endpoint() == endpoint);
  first.call([&] { listener->start(first.loop, answer); });
  CHECK(ask(endpoint) == Got::answered);
  first.call([&] {
    listener->leave();
    listener.reset();  // no event may reach it any more
  });
  std::thread client([&] { CHECK(ask(endpoint) == Got::answered); });
  std::this_thread::sleep_for(milliseconds(20));
  second.call([&] { heir->start(second.loop, answer); });
  client.join();
  CHECK(ask(endpoint) == Got::answered);
  second.call([&] { heir->stop(); });
  CHECK(ask(endpoint) == Got::refused);
}

TEST_CASE("listener: only a listening TCP socket is adopted") {
  CHECK_FALSE(Listener::adopt(-1).ok());
  CHECK_FALSE(Listener::adopt(::open("/dev/null", O_RDONLY)).ok());
  CHECK_FALSE(Listener::adopt(::socket(AF_INET, SOCK_STREAM, 0)).ok());
  CHECK_FALSE(Listener::adopt(::socket(AF_INET, SOCK_DGRAM, 0)).ok());
  const int local = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::listen(local, 1) != 0);
  CHECK_FALSE(Listener::adopt(local).ok());
}
