#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/fields.h"

namespace gateway::http {

inline constexpr std::size_t kMaxChunkLine = 256;         // size, extensions and CRLF of one chunk
inline constexpr std::size_t kMaxExtensions = 16 * 1024;  // of all chunks of one body
inline constexpr std::size_t kMaxTrailers = 8 * 1024;     // the trailer section, in bytes
inline constexpr std::size_t kMaxTrailerFields = 32;

// Decodes a chunked body as it comes in (RFC 9112 §7.1), strictly: CRLF alone ends a line, a size
// is 1 to 15 hex digits, extensions are skipped but bounded. Knows nothing of where bytes come
// from.
class ChunkedDecoder {
 public:
  enum class State : std::uint8_t { more, data, end, malformed };

  struct Step {
    State state = State::more;
    std::size_t used = 0;   // bytes of the input that are done with, `data` included
    std::string_view data;  // a view into the input; not empty in State::data
  };

  // Looks at the front of `input`, which must begin where the last step left off. `more`: the rest
  // of the input is an incomplete line and stays to be passed again with what comes next.
  Step next(std::string_view input);

  // Bytes still to come of the chunk whose size was read last.
  std::uint64_t announced() const { return left_; }

  // Trailer lines of the finished body as received, each with its CRLF, hop-by-hop and framing
  // fields left out; empty when there are none.
  const std::string& trailers() const { return trailers_; }

 private:
  enum class Place : std::uint8_t { size, data, data_end, trailers, done };

  Step read_size(std::string_view input);
  Step read_trailers(std::string_view input);

  Place place_ = Place::size;
  std::uint64_t left_ = 0;  // of the current chunk
  std::size_t extensions_ = 0;
  std::string trailers_;
};

}  // namespace gateway::http
