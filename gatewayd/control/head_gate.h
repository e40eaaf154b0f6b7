#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway::control {

inline constexpr std::size_t kMaxHead = 16 * 1024;             // bytes of request line and fields
inline constexpr std::size_t kMaxBody = std::size_t{1} << 20;  // bytes of a call's body

// Collects the head of one call as its bytes arrive and refuses early what is no HTTP/1.1 head, so
// that a thread is given only to calls that are complete. Pure: no socket, no clock.
class HeadGate {
 public:
  enum class State { more, complete, refused };

  // Takes the next bytes. After `complete` or `refused` it must not be called again.
  State feed(std::string_view bytes);

  // After `complete`: the head up to and including its empty line, without Range fields (answers
  // are whole), then whatever of the body came with it.
  std::string take();

  // After `refused`: 400 or 431 and why.
  int status() const { return status_; }
  std::string_view detail() const { return detail_; }

 private:
  State refuse(int status, std::string_view detail);

  std::string bytes_;
  std::size_t scanned_ = 0;
  std::size_t end_ = 0;
  int status_ = 0;
  std::string_view detail_;
};

}  // namespace gateway::control
