#pragma once

#include <cstdint>
#include <string_view>

#include "gatewayd/http/chunked.h"
#include "gatewayd/http/head.h"
#include "gatewayd/http/parts.h"
#include "gatewayd/net/buffer_pool.h"

namespace gateway::http {

// Takes a message's body out of its connection's buffer, piece by piece; never holds any of it.
class BodyReader {
 public:
  enum class State : std::uint8_t { data, need_input, end, malformed, too_large };
  struct Step {
    State state;
    std::string_view data;  // stays readable until the buffer's next reserve()
  };

  BodyReader(Framing framing, std::uint64_t length, std::uint64_t max_bytes)
      : framing_(framing), left_(length), max_bytes_(max_bytes) {}

  // Consumes what it returns. need_input: receive more into `from`, then call again.
  Step take(net::Buffer& from);

  // The peer has closed where take() needs more: true when that is the body's proper end, which
  // finish() then states.
  bool close_ends_it() const { return framing_ == Framing::until_close; }
  void finish() { framing_ = Framing::none; }
  bool ended() const { return ended_; }
  std::uint64_t bytes() const { return bytes_; }  // of content so far, without chunk framing
  const std::string& trailers() const { return chunked_.trailers(); }

 private:
  Step count(std::string_view data);
  Step end();

  Framing framing_;
  bool ended_ = false;
  std::uint64_t left_;
  std::uint64_t max_bytes_;
  std::uint64_t bytes_ = 0;
  ChunkedDecoder chunked_;
};

// Frames a body for the next hop: `framing` is length (bytes as they are), chunked, or until_close.
inline void add_piece(Framing framing, std::string_view data, Parts& parts) {
  framing == Framing::chunked ? parts.add_chunk(data) : parts.add(data);
}
inline void add_end(Framing framing, std::string_view trailers, Parts& parts) {
  if (framing == Framing::chunked) parts.add_last_chunk(trailers);
}

}  // namespace gateway::http
