// The upstream of every comparison: one thread, epoll, keep-alive, pipelining.
//
//   backend [COUNT]    listens on so many free ports of 127.0.0.1 (none: 1) and prints "port N" for
//                      each: instances that are one process, so that only the proxy's work differs
//
//   GET  /bytes/N      N bytes of body
//   GET  /json/N       a JSON of N bytes
//   any  with a body   the body is thrown away; {"received":N}
//   any  other         a JSON answer of 60 bytes
#include <sys/epoll.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/bench/backend/socket.h"

namespace gateway::bench {
namespace {

constexpr std::string_view kBody =
    R"({"id":1007,"name":"sample-1007","state":"stored","bay":"A1"})";
static_assert(kBody.size() == 60);
constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: application/json\r\n"
    "Content-Length: 60\r\n\r\n"
    R"({"id":1007,"name":"sample-1007","state":"stored","bay":"A1"})";
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kMaxHead = 64 * 1024;

enum class Body : std::uint8_t { none, sized, chunk_size, chunk_data, chunk_end, trailer };

struct Connection {
  std::string in;              // bytes not yet understood
  std::string out;             // bytes the socket did not take
  std::uint64_t pour = 0;      // bytes of a /bytes/N body still to be made
  std::uint64_t left = 0;      // of the sized body or of the chunk
  std::uint64_t received = 0;  // of the body so far
  Body body = Body::none;
  bool wants_out = false;
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// The value of a field in a head, empty when there is none. `name` in small letters.
std::string_view field(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at + 2 < head.size(); at = head.find("\r\n", at + 2)) {
    if (at == std::string_view::npos) return {};
    const std::string_view line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!std::equal(name.begin(), name.end(), line.begin(),
                    [](char a, char b) { return a == lower(b); })) {
      continue;
    }
    std::string_view value = line.substr(name.size() + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    return value;
  }
  return {};
}

std::uint64_t number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

void answer_received(Connection& c) {
  const std::string body = "{\"received\":" + std::to_string(c.received) + "}";
  c.out += "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  c.body = Body::none;
}

// An array of records as services send them, cut at `size` bytes.
const std::string& json_of(std::uint64_t size) {
  static std::unordered_map<std::uint64_t, std::string> made;
  std::string& body = made[size];
  for (unsigned i = 1007; body.size() < size; i += 7) {
    body += "{\"id\":" + std::to_string(i) + ",\"name\":\"sample-" + std::to_string(i) +
            "\",\"state\":\"" + (i % 3 == 0 ? "stored" : "in use") + "\",\"bay\":\"" +
            static_cast<char>('A' + i % 26) + std::to_string(i % 10) + "\"}";
  }
  body.resize(size);
  return body;
}

// Understands one head; says whether a body follows.
void begin(Connection& c, std::string_view head) {
  if (head.starts_with("GET /bytes/")) {
    c.pour = number(head.substr(11));
    c.out += "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
             std::to_string(c.pour) + "\r\n\r\n";
    return;
  }
  if (head.starts_with("GET /json/")) {
    const std::string body = json_of(number(head.substr(10)));
    c.out += "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\n\r\n" + body;
    return;
  }
  if (!head.starts_with("GET ") && !head.starts_with("HEAD ")) {
    c.received = 0;
    const std::string_view length = field(head, "content-length");
    if (!length.empty()) {
      c.left = number(length);
      c.body = Body::sized;
    } else if (!field(head, "transfer-encoding").empty()) {
      c.body = Body::chunk_size;
    }
    if (c.body != Body::none) {
      if (!field(head, "expect").empty()) c.out += "HTTP/1.1 100 Continue\r\n\r\n";
      if (c.body == Body::sized && c.left == 0) answer_received(c);
      return;
    }
  }
  const bool no_body = head.starts_with("HEAD ");
  c.out += kAnswer.substr(0, kAnswer.size() - (no_body ? kBody.size() : 0));
}

// Takes what it can of a body from `data`; returns how much. 0: more bytes are needed.
std::size_t sink(Connection& c, std::string_view data) {
  if (c.body == Body::sized || c.body == Body::chunk_data) {
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(c.left, data.size()));
    c.left -= taken;
    c.received += taken;
    if (c.left == 0) {
      if (c.body == Body::sized)
        answer_received(c);
      else
        c.body = Body::chunk_end;
    }
    return taken;
  }
  const std::size_t end = data.find("\r\n");
  if (end == std::string_view::npos) return 0;
  if (c.body == Body::chunk_size) {
    c.left = number(data.substr(0, end), 16);
    c.body = c.left == 0 ? Body::trailer : Body::chunk_data;
  } else if (c.body == Body::chunk_end) {
    c.body = Body::chunk_size;
  } else if (end == 0) {
    answer_received(c);
  }
  return end + 2;
}

// Goes through the bytes at hand; returns how many were used up.
std::size_t consume(Connection& c, std::string_view data) {
  std::size_t used = 0;
  while (used < data.size() && c.pour == 0) {
    const std::string_view rest = data.substr(used);
    std::size_t step = 0;
    if (c.body != Body::none) {
      step = sink(c, rest);
    } else if (const std::size_t end = rest.find("\r\n\r\n"); end != std::string_view::npos) {
      begin(c, rest.substr(0, end + 2));
      step = end + 4;
    }
    if (step == 0) break;
    used += step;
  }
  return used;
}

class Server {
 public:
  Server() : poll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(kPiece), filler_(kPiece, 'x') {}

  // Listens on one more port, which it returns.
  std::uint16_t listen() {
    std::uint16_t port = 0;
    listeners_.push_back(listen_on(port));
    watch(listeners_.back(), EPOLLIN, EPOLL_CTL_ADD);
    return port;
  }

  void run() {
    std::vector<epoll_event> events(512);
    for (;;) {
      const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) die("epoll_wait");
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.fd <= listeners_.back())
          accept_all(event.data.fd);
        else
          serve(event.data.fd, event.events);
      }
    }
  }

 private:
  void watch(int fd, std::uint32_t what, int operation) {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    ::epoll_ctl(poll_, operation, fd, &event);
  }

  void accept_all(int listener) {
    for (;;) {
      const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      no_delay(fd);
      connections_[fd] = Connection{};
      watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  void drop(int fd) {
    connections_.erase(fd);
    ::close(fd);
  }

  void serve(int fd, std::uint32_t what) {
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    Connection& c = found->second;
    if ((what & (EPOLLERR | EPOLLHUP)) != 0) return drop(fd);
    if ((what & EPOLLIN) != 0 && !take_in(fd, c)) return drop(fd);
    if (!send_out(fd, c)) return drop(fd);
  }

  bool take_in(int fd, Connection& c) {
    const ssize_t got = ::recv(fd, buffer_.data(), buffer_.size(), 0);
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    const std::string_view fresh(buffer_.data(), static_cast<std::size_t>(got));
    if (c.in.empty()) {
      c.in.assign(fresh.substr(consume(c, fresh)));
    } else {
      c.in.append(fresh);
      c.in.erase(0, consume(c, c.in));
    }
    return c.in.size() <= kMaxHead;
  }

  // False: the connection is broken.
  bool send_out(int fd, Connection& c) {
    bool full = false;
    while (!full && (!c.out.empty() || c.pour > 0)) {
      const bool filling = c.out.empty();
      const std::size_t size =
          filling ? static_cast<std::size_t>(std::min<std::uint64_t>(c.pour, filler_.size()))
                  : c.out.size();
      const ssize_t sent = ::send(fd, filling ? filler_.data() : c.out.data(), size, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return false;
      if (sent < 0) {
        full = true;
      } else if (filling) {
        c.pour -= static_cast<std::uint64_t>(sent);
        if (c.pour == 0) c.in.erase(0, consume(c, c.in));
      } else if (static_cast<std::size_t>(sent) == size) {
        c.out.clear();
      } else {
        c.out.erase(0, static_cast<std::size_t>(sent));
      }
    }
    if (full != c.wants_out) {
      // While a body is poured nothing is read: a peer cannot make us hold its pipeline.
      watch(fd, full ? EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
      c.wants_out = full;
    }
    return true;
  }

  int poll_;
  std::vector<int> listeners_;  // opened before any connection: their descriptors are the lowest
  std::unordered_map<int, Connection> connections_;
  std::vector<char> buffer_;
  std::string filler_;
};

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) {
  gateway::bench::raise_descriptor_limit();
  gateway::bench::Server server;
  for (int left = argc > 1 ? std::atoi(argv[1]) : 1; left > 0; --left) {
    std::printf("port %u\n", static_cast<unsigned>(server.listen()));
  }
  std::fflush(stdout);
  server.run();
}
