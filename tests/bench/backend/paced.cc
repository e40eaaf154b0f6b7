// Open-loop load: requests leave at times drawn beforehand, whether or not answers have come.
//
//   paced PORT RATE SECONDS CONNECTIONS
//
// Arrivals are Poisson with a fixed seed, so every proxy meets the same sequence. A latency counts
// from the time a request was due, so waiting for a free connection counts as well. Prints JSON.
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/backend/socket.h"

namespace gateway::bench {
namespace {

using Nanoseconds = std::int64_t;
constexpr std::string_view kRequest =
    "GET /samples/7 HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\r\n";
constexpr Nanoseconds kSecond = 1'000'000'000;

Nanoseconds now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

struct Connection {
  int fd = -1;
  Nanoseconds due = 0;   // of the request under way
  std::size_t got = 0;   // bytes of its answer so far
  std::size_t size = 0;  // of the whole answer; 0: not known yet
};

class Paced {
 public:
  Paced(std::uint16_t port, double rate, double seconds, std::size_t connections)
      : gap_(rate / 1e9), connections_(connections) {
    poll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < connections; ++i) {
      connections_[i].fd = connect_to(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i].fd, &event);
      free_.push_back(i);
    }
    next_ = now();
    end_ = next_ + static_cast<Nanoseconds>(seconds * 1e9);
    latencies_.reserve(static_cast<std::size_t>(rate * seconds * 1.1));
  }

  void run() {
    while (next_ < end_ || (busy() && now() < end_ + 2 * kSecond)) {
      for (const Nanoseconds time = now(); next_ <= time && next_ < end_; draw()) {
        waiting_.push_back(next_);
      }
      send_waiting();
      receive();
    }
  }

  void report() {
    std::sort(latencies_.begin(), latencies_.end());
    std::printf(
        "{\"due\":%zu,\"answered\":%zu,\"errors\":%zu,\"p50_us\":%.1f,\"p90_us\":%.1f,"
        "\"p99_us\":%.1f,\"max_us\":%.1f}\n",
        due_, latencies_.size(), due_ - latencies_.size(), at(0.50), at(0.90), at(0.99), at(1.0));
  }

 private:
  bool busy() const { return !waiting_.empty() || free_.size() < connections_.size(); }

  double at(double part) const {
    if (latencies_.empty()) return 0;
    const auto last = static_cast<double>(latencies_.size() - 1);
    return static_cast<double>(latencies_[static_cast<std::size_t>(part * last)]) / 1000;
  }

  void draw() {
    ++due_;
    next_ += static_cast<Nanoseconds>(gap_(random_));
  }

  void send_waiting() {
    while (!waiting_.empty() && !free_.empty()) {
      Connection& c = connections_[free_.back()];
      if (::send(c.fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) die("send");
      c.due = waiting_.front();
      c.got = c.size = 0;
      waiting_.pop_front();
      free_.pop_back();
    }
  }

  void receive() {
    epoll_event events[256];
    const Nanoseconds until = next_ < end_ ? next_ - now() : kSecond / 10;
    const timespec wait{0, std::clamp<Nanoseconds>(until, 0, kSecond / 10)};
    const int count = ::epoll_pwait2(poll_, events, 256, &wait, nullptr);
    for (int i = 0; i < count; ++i) take(static_cast<std::size_t>(events[i].data.u64));
  }

  void take(std::size_t index) {
    Connection& c = connections_[index];
    char buffer[4096];
    const ssize_t got = ::recv(c.fd, buffer, sizeof buffer, 0);
    if (got <= 0) {
      if (got < 0 && errno == EAGAIN) return;
      std::fprintf(stderr, "paced: a connection was closed under load\n");
      std::exit(1);
    }
    // A head this small arrives in one piece; the body may follow it.
    const std::string_view text(buffer, static_cast<std::size_t>(got));
    if (c.size == 0) {
      if (!text.starts_with("HTTP/1.1 200")) {
        std::fprintf(stderr, "paced: not 200: %.60s\n", buffer);
        std::exit(1);
      }
      const std::size_t head = text.find("\r\n\r\n");
      if (head != std::string_view::npos) c.size = head + 4 + body_length(text.substr(0, head));
      if (c.size == 0) {
        std::fprintf(stderr, "paced: an answer without a length\n");
        std::exit(1);
      }
    }
    c.got += static_cast<std::size_t>(got);
    if (c.got < c.size) return;
    latencies_.push_back(now() - c.due);
    free_.push_back(index);
  }

  static std::size_t body_length(std::string_view head) {
    std::string small(head);
    std::transform(small.begin(), small.end(), small.begin(), [](char ch) {
      return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + 32) : ch;
    });
    const std::size_t at = small.find("\r\ncontent-length:");
    return at == std::string::npos ? 0 : std::strtoul(small.c_str() + at + 17, nullptr, 10);
  }

  std::mt19937_64 random_{20240229};
  std::exponential_distribution<double> gap_;
  int poll_ = -1;
  std::vector<Connection> connections_;
  std::vector<std::size_t> free_;
  std::deque<Nanoseconds> waiting_;
  std::vector<Nanoseconds> latencies_;
  std::size_t due_ = 0;
  Nanoseconds next_ = 0;
  Nanoseconds end_ = 0;
};

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: paced PORT RATE SECONDS CONNECTIONS\n");
    return 64;
  }
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // wake when asked, not up to 50 µs later
  gateway::bench::Paced paced(static_cast<std::uint16_t>(std::atoi(argv[1])), std::atof(argv[2]),
                              std::atof(argv[3]), static_cast<std::size_t>(std::atoi(argv[4])));
  paced.run();
  paced.report();
}
