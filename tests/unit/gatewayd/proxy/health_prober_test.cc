#include "gatewayd/proxy/health_prober.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>

namespace {

using namespace gateway;
using namespace gateway::proxy;
using Outcome = HealthResult::Outcome;

// A server whose every connection is given to `serve`, one after the other; those that it does not
// close stay open until the end.
class Origin {
 public:
  explicit Origin(std::function<void(int fd)> serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 1024) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  ~Origin() {
    ending = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    for (const int fd : held_) ::close(fd);
  }

  net::Endpoint endpoint() const { return {*parse_ip("127.0.0.1"), port_}; }

  std::atomic<int> accepted{0};
  std::atomic<bool> ending{false};

 private:
  void accept_all() {
    for (int fd; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      ++accepted;
      held_.push_back(fd);
      serve_(fd);
    }
  }

  std::function<void(int)> serve_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<int> held_;
  std::thread thread_;
};

bool send_text(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string read_head(int fd) {
  std::string head;
  char buffer[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(fd, buffer, sizeof(buffer), 0);
    if (got <= 0) break;
    head.append(buffer, static_cast<std::size_t>(got));
  }
  return head;
}

// Answers every request with `text`, then ends the connection.
std::function<void(int)> answering(std::string text) {
  return [text](int fd) {
    read_head(fd);
    send_text(fd, text);
    ::shutdown(fd, SHUT_WR);
  };
}

config::Health some_health() {
  config::Health health;
  health.path = "/health";
  health.method = "GET";
  health.every = 60s;
  health.timeout = 5s;
  health.statuses = {"200-299"};
  return health;
}

HealthProber::Target target(std::string key, const net::Endpoint& endpoint,
                            const config::Health& health) {
  return {std::move(key), endpoint, "things.internal:8081", nullptr,
          std::make_shared<const HealthCheck>(health)};
}

// What the prober reported, by key.
class Reports {
 public:
  HealthProber::Report sink() {
    return [this](const std::string& key, const HealthResult& result) {
      const std::lock_guard lock(mutex_);
      all_[key].push_back(result);
      times_[key].push_back(std::chrono::steady_clock::now());
      came_.notify_all();
    };
  }
  // The results of `key` once there are `count`; fails after a while.
  std::vector<HealthResult> wait(const std::string& key, std::size_t count = 1) {
    std::unique_lock lock(mutex_);
    REQUIRE(came_.wait_for(lock, 60s, [&] { return all_[key].size() >= count; }));
    return all_[key];
  }
  std::size_t count(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return all_[key].size();
  }
  std::size_t total() {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const auto& [key, results] : all_) sum += results.size();
    return sum;
  }
  std::vector<SteadyTime> times(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return times_[key];
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::map<std::string, std::vector<HealthResult>> all_;
  std::map<std::string, std::vector<SteadyTime>> times_;
};

HealthResult check_at(const net::Endpoint& endpoint, const config::Health& health) {
  Reports reports;
  HealthProber prober(reports.sink());
  prober.set_targets({target("a", endpoint, health)});
  return reports.wait("a").front();
}

HealthResult check(std::function<void(int)> serve, const config::Health& health) {
  const Origin origin(std::move(serve));
  return check_at(origin.endpoint(), health);
}

std::string fault(std::function<void(int)> serve, config::Health health = some_health()) {
  const HealthResult result = check(std::move(serve), health);
  return result.outcome == Outcome::passed ? "passed" : result.fault.what;
}

std::string with_length(std::string_view body, std::string_view status = "200 OK") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("a check asks as the config says, closes its connection, and passes on a good status") {
  std::string head;
  auto health = some_health();
  health.path = "/live?deep=1";
  const HealthResult result = check(
      [&](int fd) {
        head = read_head(fd);
        ::usleep(20'000);
        send_text(fd, "HTTP/1.1 204 No Content\r\n\r\n");
        char end;
        CHECK(::recv(fd, &end, 1, 0) == 0);
      },
      health);
  CHECK(result.outcome == Outcome::passed);
  CHECK(result.latency >= 20ms);
  CHECK(result.latency < 5s);
  CHECK(head ==
        "GET /live?deep=1 HTTP/1.1\r\nHost: things.internal:8081\r\nUser-Agent: gatewayd-health\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n");
}

TEST_CASE("HEAD has no body to wait for, POST says that it sends none") {
  auto health = some_health();
  health.method = "HEAD";
  CHECK(fault(
            [](int fd) {
              read_head(fd);
              send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
            },
            health) == "passed");
  health.method = "POST";
  std::string head;
  check(
      [&](int fd) {
        head = read_head(fd);
        send_text(fd, with_length(""));
      },
      health);
  CHECK(head.find("\r\nContent-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("another status fails with its number") {
  const HealthResult result = check(answering(with_length("no", "503 No")), some_health());
  CHECK(result.outcome == Outcome::failed);
  CHECK(std::string(result.fault.what) == "status");
  CHECK(result.fault.status == 503);
}

TEST_CASE("nobody listens: refused") {
  net::Endpoint endpoint;
  {
    const Origin origin([](int) {});
    endpoint = origin.endpoint();
  }
  const HealthResult result = check_at(endpoint, some_health());
  CHECK(result.outcome == Outcome::failed);
  CHECK(std::string(result.fault.what) == "connect refused");
}

TEST_CASE("the body must hold the text, wherever chunks cut it") {
  auto health = some_health();
  health.body = "ready";
  CHECK(fault(answering(with_length("{\"state\":\"ready\"}")), health) == "passed");
  CHECK(fault(answering(with_length("{\"state\":\"down\"}")), health) == "body without the text");
  CHECK(fault(answering(with_length("")), health) == "body without the text");
  CHECK(fault(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nrea\r\n2\r\ndy\r\n0\r\n\r\n"),
              health) == "passed");
  CHECK(fault(answering("HTTP/1.0 200 OK\r\n\r\nalready"), health) == "passed");
}

TEST_CASE("64 KiB of a body are read, and not a byte more is judged") {
  auto health = some_health();
  health.body = "ready";
  const std::string filler(kMaxHealthBody - health.body.size(), '.');
  const std::string rest(kMaxHealthBody, '.');
  CHECK(fault(answering(with_length(filler + "ready" + rest)), health) == "passed");
  CHECK(fault(answering(with_length(filler + ".ready" + rest)), health) == "body without the text");
}

TEST_CASE("an endless answer is read to its bound, and well by its status") {
  const auto endless = [](std::string head, std::string piece) {
    return [head, piece](int fd) {
      read_head(fd);
      for (bool open = send_text(fd, head); open;) open = send_text(fd, piece);
    };
  };
  const std::string piece(8192, 'x');
  CHECK(fault(endless("HTTP/1.0 200 OK\r\n\r\n", piece)) == "passed");
  CHECK(fault(endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                      "2000\r\n" + piece + "\r\n")) == "passed");
  CHECK(fault(endless("HTTP/1.1 200 OK\r\n", "X-Field: " + piece + "\r\n")) == "malformed answer");
  CHECK(fault(endless("", "HTTP/1.1 103 Early Hints\r\n\r\n")) == "malformed answer");
  CHECK(fault(endless("", piece)) == "malformed answer");
}

TEST_CASE("a peer that is silent or slow fails in time") {
  auto health = some_health();
  health.timeout = 200ms;
  const auto began = std::chrono::steady_clock::now();
  CHECK(fault([](int) {}, health) == "timeout");
  CHECK(fault(
            [](int fd) {
              for (const char c : with_length("healthy, but oh so slow")) {
                if (!send_text(fd, {&c, 1})) return;
                ::usleep(20'000);
              }
            },
            health) == "timeout");
  CHECK(fault([](int fd) { send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhea"); },
              health) == "timeout");
  CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("answers that are cut, reset, malformed or of another protocol fail") {
  CHECK(fault(answering("")) == "closed before it answered");
  CHECK(fault(answering("HTTP/1.1 200 OK\r\nContent-Le")) == "closed before it answered");
  CHECK(fault(answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhea")) ==
        "closed within its answer");
  CHECK(fault(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")) ==
        "closed within its answer");
  CHECK(fault(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")) ==
        "malformed answer");
  CHECK(fault(answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")) ==
        "malformed answer");
  CHECK(fault(answering("SSH-2.0-OpenSSH_9.2\r\n\r\n")) == "malformed answer");
  CHECK(fault(answering("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        "Upgrade: x\r\n\r\n")) == "status");
  CHECK(fault([](int fd) {
          read_head(fd);
          send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhea");
          const linger hard{1, 0};
          ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
          const int other = ::open("/dev/null", O_CLOEXEC);
          ::dup2(other, fd);  // closes the connection; the number stays the origin's to close
          ::close(other);
        }) == "reset");
}

TEST_CASE("a target is checked again and again, a tenth around its interval") {
  const Origin origin(answering(with_length("ok")));
  auto health = some_health();
  health.every = 200ms;
  Reports reports;
  HealthProber prober(reports.sink());
  prober.set_targets({target("a", origin.endpoint(), health)});
  reports.wait("a", 6);
  const auto times = reports.times("a");
  const auto span = times[5] - times[0];
  CHECK(span >= 5 * 180ms - 50ms);
  CHECK(span < 5 * 220ms + 2s);
}

TEST_CASE("a new set leaves alone what stays, stops what goes, and checks anew what changed") {
  const Origin origin(answering(with_length("ok")));
  auto health = some_health();
  Reports reports;
  HealthProber prober(reports.sink());
  prober.set_targets({target("stays", origin.endpoint(), health),
                      target("changes", origin.endpoint(), health),
                      target("goes", origin.endpoint(), health)});
  for (const char* key : {"stays", "changes", "goes"}) reports.wait(key);
  auto other = health;
  other.path = "/other";
  prober.set_targets(
      {target("stays", origin.endpoint(), health), target("changes", origin.endpoint(), other),
       target("comes", origin.endpoint(), health), target("comes", origin.endpoint(), health)});
  reports.wait("changes", 2);
  reports.wait("comes");
  CHECK(reports.count("stays") == 1);
  CHECK(reports.count("goes") == 1);
  CHECK(reports.count("comes") == 1);
}

TEST_CASE("a running check of a target that stays goes on; of one that goes it is broken off") {
  std::atomic<bool> answer{false};
  const Origin origin([&](int fd) {
    while (!answer) ::usleep(1'000);
    answering(with_length("ok"))(fd);
  });
  const Origin silent([](int) {});
  auto health = some_health();
  health.timeout = 3600s;
  Reports reports;
  {
    HealthProber prober(reports.sink());
    prober.set_targets(
        {target("stays", origin.endpoint(), health), target("goes", silent.endpoint(), health)});
    while (origin.accepted == 0 || silent.accepted == 0) ::usleep(1'000);
    prober.set_targets({target("stays", origin.endpoint(), health)});
    answer = true;
    CHECK(reports.wait("stays").front().outcome == Outcome::passed);
    CHECK(origin.accepted == 1);
    prober.set_targets({target("hangs", silent.endpoint(), health)});
    while (silent.accepted < 2) ::usleep(1'000);
  }  // ends at once, though a check may last an hour
  CHECK(reports.total() == 1);
}

TEST_CASE("256 checks run at once, one more waits for one of them to end") {
  const Origin silent([](int) {});
  auto health = some_health();
  health.timeout = 700ms;
  Reports reports;
  HealthProber prober(reports.sink());
  std::vector<HealthProber::Target> targets;
  for (std::size_t i = 0; i < HealthProber::kMostAtOnce + 1; ++i) {
    auto check = health;
    check.every = 1ms * 100;  // all of them are due within 100 ms
    targets.push_back(target(std::to_string(i), silent.endpoint(), check));
  }
  prober.set_targets(targets);
  while (silent.accepted < static_cast<int>(HealthProber::kMostAtOnce)) ::usleep(1'000);
  ::usleep(100'000);
  const int accepted = silent.accepted;  // looked at before the reports, which make room
  if (reports.total() == 0) CHECK(accepted == static_cast<int>(HealthProber::kMostAtOnce));
  for (const auto& one : targets) reports.wait(one.key);
  CHECK(silent.accepted > static_cast<int>(HealthProber::kMostAtOnce));
}

TEST_CASE("thousands that fail before they wait neither recurse nor stop the rest") {
  net::Endpoint nowhere;
  {
    const Origin origin([](int) {});
    nowhere = origin.endpoint();
  }
  const Origin origin(answering(with_length("ok")));
  auto health = some_health();
  health.every = 100ms;
  Reports reports;
  HealthProber prober(reports.sink());
  std::vector<HealthProber::Target> targets;
  const auto shared = std::make_shared<const HealthCheck>(health);
  for (int i = 0; i < 5'000; ++i)
    targets.push_back({std::to_string(i), nowhere, "x", nullptr, shared});
  targets.push_back({"good", origin.endpoint(), "x", nullptr, shared});
  prober.set_targets(targets);
  CHECK(reports.wait("good").front().outcome == Outcome::passed);
  CHECK(reports.wait("4999").front().outcome == Outcome::failed);
}
