#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace gateway {

// Owns a file descriptor; -1: none. Closing it leaves errno as it was, so that it can still be told
// why what came before failed.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = other.release();
    }
    return *this;
  }

  int get() const { return fd_; }
  // The caller's to close from now on.
  int release() { return std::exchange(fd_, -1); }

 private:
  void close() const {
    if (fd_ < 0) return;
    const int error = errno;
    ::close(fd_);
    errno = error;
  }

  int fd_;
};

}  // namespace gateway
