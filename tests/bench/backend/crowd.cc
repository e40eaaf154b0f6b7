// Many keep-alive connections from one program.
//
//   crowd PORT COUNT
//
// Opens COUNT connections, sends one request on each, and prints "open N errors E". Then, for each
// line on stdin, sends one request on every connection in turn and prints "answered N errors E".
// Ends at the end of stdin. At most kTogether requests are under way at any time.
#include <sys/epoll.h>

#include <string_view>
#include <vector>

#include "tests/bench/backend/socket.h"

namespace gateway::bench {
namespace {

constexpr std::string_view kRequest = "GET /samples/7 HTTP/1.1\r\nHost: bench\r\n\r\n";
constexpr std::size_t kTogether = 64;
constexpr int kWaitMs = 10'000;

struct Tally {
  std::size_t answered = 0;
  std::size_t errors = 0;
};

class Crowd {
 public:
  Crowd(std::uint16_t port, std::size_t count) : port_(port), fds_(count, -1) {
    poll_ = ::epoll_create1(EPOLL_CLOEXEC);
  }

  // One request on every connection; the first time round they are opened on the way.
  Tally round() {
    Tally tally;
    std::size_t next = 0;
    std::size_t under_way = 0;
    while (next < fds_.size() || under_way > 0) {
      while (next < fds_.size() && under_way < kTogether) {
        if (ask(next++))
          ++under_way;
        else
          ++tally.errors;
      }
      if (under_way > 0) under_way -= collect(tally);
      if (stalled_) {
        tally.errors += under_way;
        break;
      }
    }
    return tally;
  }

 private:
  bool ask(std::size_t index) {
    int& fd = fds_[index];
    if (fd < 0) {
      fd = connect_to(port_);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fd;
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
    }
    return ::send(fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(kRequest.size());
  }

  // Takes the answers that are there; returns how many requests have ended.
  std::size_t collect(Tally& tally) {
    epoll_event events[kTogether];
    const int count = ::epoll_wait(poll_, events, kTogether, kWaitMs);
    stalled_ = count <= 0;
    std::size_t ended = 0;
    for (int i = 0; i < count; ++i) {
      char buffer[8192];
      const ssize_t got = ::recv(events[i].data.fd, buffer, sizeof buffer, 0);
      const std::string_view text(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
      const bool refused = text.starts_with("HTTP/") && !text.starts_with("HTTP/1.1 200");
      // The answer's body ends in '}': a head that arrives alone is waited out.
      if (got > 0 && !refused && text.back() != '}') continue;
      ++ended;
      if (got > 0 && !refused)
        ++tally.answered;
      else
        ++tally.errors;
      if (got <= 0) ::epoll_ctl(poll_, EPOLL_CTL_DEL, events[i].data.fd, nullptr);
    }
    return ended;
  }

  std::uint16_t port_;
  std::vector<int> fds_;
  int poll_ = -1;
  bool stalled_ = false;
};

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: crowd PORT COUNT\n");
    return 64;
  }
  gateway::bench::raise_descriptor_limit();
  gateway::bench::Crowd crowd(static_cast<std::uint16_t>(std::atoi(argv[1])),
                              static_cast<std::size_t>(std::atoi(argv[2])));
  const auto print = [&](const char* what) {
    const auto tally = crowd.round();
    std::printf("%s %zu errors %zu\n", what, tally.answered, tally.errors);
    std::fflush(stdout);
  };
  print("open");
  char line[64];
  while (std::fgets(line, sizeof line, stdin) != nullptr) print("answered");
}
