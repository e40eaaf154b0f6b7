#include "gatewayd/control/unix_socket.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

namespace gateway::control {
namespace {

constexpr int kBacklog = 64;
constexpr mode_t kMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

SocketError failure(const std::string& path, std::string_view why, std::string_view next) {
  return {fmt::format("cannot open the control socket {}: {}; {}", path, why, next)};
}

SocketError errno_failure(const std::string& path, std::string_view step) {
  const int error = errno;
  return failure(path, fmt::format("{}: {}", step, std::strerror(error)),
                 error == ENOENT ? "create its folder, or set control.socket to another path"
                                 : "check the folder's owner and mode, or set control.socket");
}

// A bare address of `path`; the caller has checked that it fits.
sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

bool answers(const sockaddr_un& address, int type) {
  const Descriptor probe{::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  // EAGAIN: its backlog is full, so somebody listens.
  return ::connect(probe.get(), generic, sizeof(address)) == 0 || errno != ECONNREFUSED;
}

}  // namespace

std::optional<gid_t> group_joined(const char* name) {
  std::array<char, 4096> buffer;
  group entry{};
  group* found = nullptr;
  if (::getgrnam_r(name, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  std::vector<gid_t> joined(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
  const int count = ::getgroups(static_cast<int>(joined.size()), joined.data());
  joined.resize(static_cast<std::size_t>(std::max(0, count)));
  joined.push_back(::getegid());
  const bool is_member = std::find(joined.begin(), joined.end(), found->gr_gid) != joined.end();
  return is_member ? std::optional(found->gr_gid) : std::nullopt;
}

Result<Descriptor, SocketError> listen_unix(const std::string& path, int type) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return failure(path,
                   fmt::format("a socket's path has 1 to {} bytes, this one {}",
                               sizeof(sockaddr_un::sun_path) - 1, path.size()),
                   "set control.socket to a shorter one");
  }
  const sockaddr_un address = address_of(path);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) {
      return failure(path, "a file that is not a socket stands there",
                     "remove it, or set control.socket to another path");
    }
    if (answers(address, type)) {
      return failure(path, "another process answers on it",
                     "stop it, or set control.socket to another path");
    }
    ::unlink(path.c_str());
  }
  Descriptor listener{::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (listener.get() < 0) return errno_failure(path, "socket");
  // bind() makes the file with the socket's own mode less the umask: nobody else gets in before
  // the chmod, which only undoes the umask.
  if (::fchmod(listener.get(), kMode) != 0) return errno_failure(path, "fchmod");
  if (::bind(listener.get(), generic, sizeof(address)) != 0) return errno_failure(path, "bind");
  const auto group = group_joined(kAdminGroup);
  if (group && ::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0) {
    return errno_failure(path, "chown");
  }
  if (::chmod(path.c_str(), kMode) != 0) return errno_failure(path, "chmod");
  if (::listen(listener.get(), kBacklog) != 0) return errno_failure(path, "listen");
  return listener;
}

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
  struct stat found {};
  if (::lstat(path_.c_str(), &found) != 0) return;
  device_ = found.st_dev;
  inode_ = found.st_ino;
}

SocketFile::~SocketFile() {
  struct stat found {};
  if (kept_ || ::lstat(path_.c_str(), &found) != 0) return;
  if (found.st_dev == device_ && found.st_ino == inode_) ::unlink(path_.c_str());
}

bool SocketFile::move_to(const std::string& path) {
  if (::rename(path_.c_str(), path.c_str()) != 0) return false;
  path_ = path;
  return true;
}

std::string peer_name(int fd) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "unknown";
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(peer.uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found) {
    return found->pw_name;
  }
  return fmt::format("uid:{}", peer.uid);
}

}  // namespace gateway::control
