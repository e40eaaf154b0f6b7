#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gateway::http {

// Pieces of output gathered for one send. The pieces must stay where they are until sent.
class Parts {
 public:
  // Room is left for a body's last chunk and its trailers.
  bool full() const { return count_ + 6 > kMost || chunks_ == kMostChunks; }
  bool empty() const { return count_ == 0; }

  void add(std::string_view piece);
  // One chunk of a chunked body; `data` is not empty.
  void add_chunk(std::string_view data);
  // The last chunk, then `trailers` (whole lines) and the empty line.
  void add_last_chunk(std::string_view trailers);

  // Copies the pieces behind the first to the end of `first`, which is that piece, when they are at
  // most `most` bytes: what is left to send is one piece then.
  void join(std::string& first, std::size_t most);

  const iovec* data() const { return pieces_.data() + first_; }
  std::size_t count() const { return count_ - first_; }
  std::size_t bytes() const;  // left to send
  // Forgets `bytes` from the front; true when nothing is left (and the parts are empty again).
  bool consume(std::size_t bytes);

 private:
  static constexpr std::size_t kMost = 32;
  static constexpr std::size_t kMostChunks = 8;

  std::array<iovec, kMost> pieces_;
  std::array<std::array<char, 18>, kMostChunks> size_lines_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t chunks_ = 0;
};

}  // namespace gateway::http
