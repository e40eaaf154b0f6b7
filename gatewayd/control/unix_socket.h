#pragma once

#include <string>

#include "shared/base/result.h"

namespace gateway::control {

// Owns a descriptor; -1: none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;

  int get() const { return fd_; }
  int release();

 private:
  int fd_;
};

struct SocketError {
  std::string message;  // what, where, why, what to do
};

// A listening Unix socket at `path`: non-blocking, mode 0660, never more open in between. A socket
// file that nobody listens on any more is replaced; one that answers, or another kind of file, is
// refused.
Result<Descriptor, SocketError> listen_unix(const std::string& path);

// Who is at the other end (SO_PEERCRED): the user's name, "uid:1234" when it has none.
std::string peer_name(int fd);

}  // namespace gateway::control
