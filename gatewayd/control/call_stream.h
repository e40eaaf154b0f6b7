#pragma once

#include <httplib.h>

#include <chrono>
#include <string>

namespace gateway::control {

// httplib's view of a connected descriptor: what was received before comes first, waits are by
// poll(), and one deadline bounds everything. Does not own the descriptor. Some of these functions
// exist in newer versions of httplib alone, so none says `override`.
class CallStream final : public httplib::Stream {
 public:
  CallStream(int fd, std::string received, std::chrono::steady_clock::time_point deadline);

  bool is_readable() const;
  bool is_writable() const;
  bool wait_readable() const;
  bool wait_writable() const;
  bool is_peer_alive() const { return wait_writable(); }

  // -1 once the deadline has passed or the peer is gone; 0 at the end.
  ssize_t read(char* out, size_t size);
  // All of it or -1: httplib does not write the rest after a short write.
  ssize_t write(const char* data, size_t size);
  using Stream::write;

  void get_remote_ip_and_port(std::string& ip, int& port) const;
  void get_local_ip_and_port(std::string& ip, int& port) const;
  // None: httplib refuses descriptors from FD_SETSIZE on, which this class has no trouble with.
  socket_t socket() const { return INVALID_SOCKET; }
  time_t duration() const;

 private:
  bool wait(short events) const;

  int fd_;
  std::string received_;
  std::size_t taken_ = 0;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace gateway::control
