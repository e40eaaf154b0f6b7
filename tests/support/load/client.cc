#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "load.h"

namespace load {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(60);  // for one answer
constexpr std::uint64_t kWarm = 200;                  // answers after which it says so

struct Counts {
  std::uint64_t answered = 0;     // 200, whole
  std::uint64_t connections = 0;  // that were made
  std::uint64_t refused = 0;      // attempts
  std::uint64_t failed = 0;       // connected, and then no answer or another one
  std::uint64_t slowest_us = 0;
  std::string failure;  // the first
};

struct Connection {
  int fd = -1;
  bool connecting = false;
  bool asked = false;
  int requests = 0;
  Clock::time_point asked_at;
  std::string received;
};

class Client {
 public:
  explicit Client(const Load& load)
      : load_(load),
        connections_(static_cast<std::size_t>(load.connections)),
        epoll_(::epoll_create1(0)) {}

  const Counts& run();

 private:
  void connect(Connection& connection);
  void close(Connection& connection);
  void ready(Connection& connection);
  void ask(Connection& connection);
  void read(Connection& connection);
  void fail(Connection& connection, const std::string& what);
  bool look_for_answer(Connection& connection);
  void look_for_silence();

  const Load load_;
  std::vector<Connection> connections_;
  int epoll_;
  bool ending_ = false;
  std::uint64_t next_ = 0;
  Counts counts_;
};

void Client::connect(Connection& connection) {
  connection = {};
  connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  connection.connecting = true;
  connection.asked_at = Clock::now();
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.ptr = &connection;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
  const sockaddr_in address = loopback(load_.port);
  ::connect(connection.fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

void Client::close(Connection& connection) {
  ::close(connection.fd);
  connection = {};
  if (!ending_) connect(connection);
}

void Client::fail(Connection& connection, const std::string& what) {
  ++counts_.failed;
  if (counts_.failure.empty()) {
    counts_.failure = what + " after " + std::to_string(connection.requests) + " answers";
  }
  close(connection);
}

void Client::ask(Connection& connection) {
  const auto route = next_++ % static_cast<std::uint64_t>(load_.routes);
  const std::string request =
      "GET /r" + std::to_string(route) + "/x HTTP/1.1\r\nHost: load.test\r\n\r\n";
  connection.asked = true;
  connection.asked_at = Clock::now();
  connection.received.clear();
  if (::send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    fail(connection, std::string("send: ") + std::strerror(errno));
  }
}

void Client::ready(Connection& connection) {
  if (!connection.connecting) return read(connection);
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(connection.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == ECONNREFUSED) {
    ++counts_.refused;
    return close(connection);
  }
  if (error != 0) return fail(connection, std::string("connect: ") + std::strerror(error));
  ++counts_.connections;
  connection.connecting = false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &connection;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
  ask(connection);
}

void Client::read(Connection& connection) {
  std::array<char, 16 * 1024> block;
  const ssize_t size = ::recv(connection.fd, block.data(), block.size(), 0);
  if (size < 0) return fail(connection, std::string("recv: ") + std::strerror(errno));
  if (size == 0) return fail(connection, "closed without an answer");
  connection.received.append(block.data(), static_cast<std::size_t>(size));
  if (!look_for_answer(connection)) return;
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - connection.asked_at);
  counts_.slowest_us = std::max(counts_.slowest_us, static_cast<std::uint64_t>(took.count()));
  if (!connection.received.starts_with("HTTP/1.1 200 ")) {
    return fail(connection, connection.received.substr(0, 300));
  }
  if (++counts_.answered == kWarm) {
    std::puts("warm");
    std::fflush(stdout);
  }
  ++connection.requests;
  connection.asked = false;
  const bool last = connection.received.find("Connection: close\r\n") != std::string::npos;
  if (last || ending_ || connection.requests == load_.per_connection) return close(connection);
  ask(connection);
}

// Whether the whole answer is there; what has no Content-Length is a failure of the test itself.
bool Client::look_for_answer(Connection& connection) {
  const std::size_t head = connection.received.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t field = connection.received.find(kLength);
  if (field == std::string::npos || field > head) return true;
  const char* digits = connection.received.c_str() + field + kLength.size();
  return connection.received.size() >= head + 4 + std::strtoul(digits, nullptr, 10);
}

void Client::look_for_silence() {
  for (Connection& connection : connections_) {
    if (connection.fd >= 0 && Clock::now() - connection.asked_at > kPatience) {
      fail(connection, connection.connecting ? "connect: no answer" : "no answer");
    }
  }
}

const Counts& Client::run() {
  for (Connection& connection : connections_) connect(connection);
  std::array<epoll_event, 64> events;
  for (bool busy = true; busy;) {
    ending_ = ending_ || input_ended();
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), 50);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection.fd >= 0) ready(connection);
    }
    look_for_silence();
    busy = !ending_;
    for (const Connection& connection : connections_) busy = busy || connection.fd >= 0;
  }
  return counts_;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char letter : text) {
    out +=
        letter == '"' || letter == '\\' || static_cast<unsigned char>(letter) < 32 ? ' ' : letter;
  }
  return out + "\"";
}

}  // namespace

int run_client(const Load& load) {
  Client client(load);
  const Counts& counts = client.run();
  std::printf(
      "{\"answered\":%lu,\"connections\":%lu,\"refused\":%lu,\"failed\":%lu,\"slowest_us\":%lu,"
      "\"failure\":%s}\n",
      counts.answered, counts.connections, counts.refused, counts.failed, counts.slowest_us,
      quoted(counts.failure).c_str());
  return 0;
}

}  // namespace load
