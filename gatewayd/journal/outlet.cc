#include "gatewayd/journal/outlet.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace gateway::journal {
namespace {

constexpr int kPatienceMs = 50;

// A pipe that says it has room takes so much without blocking (pipe(7)).
std::size_t most_at_once(int fd) {
  struct stat about {};
  const bool is_file = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  return is_file ? SSIZE_MAX : PIPE_BUF;
}

}  // namespace

Outlet::Outlet(Outlet&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), owned_(std::exchange(other.owned_, false)) {}

Outlet& Outlet::operator=(Outlet&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(owned_, other.owned_);
  return *this;
}

Outlet::~Outlet() {
  if (owned_ && fd_ >= 0) ::close(fd_);
}

Result<Outlet, LogError> Outlet::open_file(const std::string& path, std::string_view key) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
  if (fd >= 0) return Outlet(fd, /*owned=*/true);
  return LogError{
      fmt::format("cannot open the log file {}: {}; make its folder writable to this user, or "
                  "set {}",
                  path, std::strerror(errno), key)};
}

bool Outlet::wait_for_room(const std::function<bool()>& give_up) const {
  pollfd wait{fd_, POLLOUT, 0};
  for (;;) {
    const int ready = ::poll(&wait, 1, kPatienceMs);
    if (ready > 0) return (wait.revents & POLLOUT) != 0;
    if (ready < 0 && errno != EINTR) return false;
    if (give_up()) return false;
  }
}

bool Outlet::write(std::string_view lines, const std::function<bool()>& give_up) {
  const std::size_t most = most_at_once(fd_);
  while (!lines.empty()) {
    if (!wait_for_room(give_up)) return false;
    const ssize_t written = ::write(fd_, lines.data(), std::min(lines.size(), most));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) return false;
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace gateway::journal
