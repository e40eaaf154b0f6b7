#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace gateway::routing {

// One segment of a path: where it ends, and a hash of its octets. Both come from one pass, eight
// octets a step, as this is most of what a look-up does.
struct Segment {
  std::size_t end = 0;  // of the slash after it, or the path's size
  std::uint64_t hash = 0;
};

namespace segment_detail {

inline std::uint64_t load_word(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// The octets of `path` from `at` on, the first one lowest, zeros past the end.
inline std::uint64_t word_at(std::string_view path, std::size_t at) {
  const std::size_t left = path.size() - at;
  if (left >= 8) return load_word(path.data() + at);
  if (path.size() >= 8) return load_word(path.data() + path.size() - 8) >> (8 * (8 - left));
  std::uint64_t word = 0;
  for (std::size_t i = left; i > 0; --i) {
    word = word << 8 | static_cast<unsigned char>(path[at + i - 1]);
  }
  return word;
}

constexpr std::uint64_t kOnes = 0x0101010101010101u;

// The high bit of the lowest octet that is `octet`; bits above it mean nothing.
constexpr std::uint64_t find_octet(std::uint64_t word, char octet) {
  const std::uint64_t zero_there = word ^ (kOnes * static_cast<unsigned char>(octet));
  return (zero_there - kOnes) & ~zero_there & (kOnes << 7);
}

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 32;
}

}  // namespace segment_detail

// The segment of `path` that starts at `start`, which is at most the path's size.
inline Segment scan_segment(std::string_view path, std::size_t start) {
  using namespace segment_detail;
  Segment segment{start, 0};
  while (segment.end < path.size()) {
    const std::uint64_t word = word_at(path, segment.end);
    const std::uint64_t slash = find_octet(word, '/');
    if (slash != 0) {
      const int octets = std::countr_zero(slash) / 8;
      segment.end += static_cast<std::size_t>(octets);
      // Nothing before the slash in this word: hash as when the path ended here.
      if (octets > 0) segment.hash = mix(segment.hash, word & ((1ull << 8 * octets) - 1));
      return segment;
    }
    segment.end = path.size() - segment.end < 8 ? path.size() : segment.end + 8;
    segment.hash = mix(segment.hash, word);
  }
  return segment;
}

}  // namespace gateway::routing
