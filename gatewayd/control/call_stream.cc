#include "gatewayd/control/call_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace gateway::control {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

CallStream::CallStream(int fd, std::string received, steady_clock::time_point deadline)
    : fd_(fd), received_(std::move(received)), started_(steady_clock::now()), deadline_(deadline) {}

bool CallStream::wait(short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd ready{fd_, events, 0};
    const int count = ::poll(&ready, 1, static_cast<int>(left.count()));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

bool CallStream::wait_readable() const {
  return taken_ < received_.size() || wait(POLLIN);
}
bool CallStream::wait_writable() const {
  return wait(POLLOUT);
}
bool CallStream::is_readable() const {
  return wait_readable();
}
bool CallStream::is_writable() const {
  return wait_writable();
}

ssize_t CallStream::read(char* out, size_t size) {
  if (taken_ < received_.size()) {
    const std::size_t count = std::min(size, received_.size() - taken_);
    std::memcpy(out, received_.data() + taken_, count);
    taken_ += count;
    return static_cast<ssize_t>(count);
  }
  while (wait(POLLIN)) {
    const ssize_t count = ::recv(fd_, out, size, MSG_DONTWAIT);
    if (count >= 0) return count;
    if (errno != EAGAIN && errno != EINTR) break;
  }
  return -1;
}

ssize_t CallStream::write(const char* data, size_t size) {
  std::size_t sent = 0;
  while (sent < size) {
    if (!wait(POLLOUT)) return -1;
    const ssize_t count = ::send(fd_, data + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno != EAGAIN && errno != EINTR) {
      return -1;
    }
  }
  return static_cast<ssize_t>(size);
}

void CallStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

void CallStream::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

time_t CallStream::duration() const {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - started_).count();
}

}  // namespace gateway::control
