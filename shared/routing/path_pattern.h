#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"

namespace gateway::routing {

inline constexpr std::size_t kMaxPatternBytes = 1024;
inline constexpr std::size_t kMaxPatternSegments = 64;
inline constexpr std::size_t kMaxCaptures = 8;

// "/a/b" matches exactly that; "{id}" takes one non-empty segment; a trailing "/*" takes the rest,
// also an empty one: "/samples/*" matches "/samples", "/samples/" and "/samples/7/x". The literal
// parts are compared octet by octet with a path in the form of path.h, case counts.
struct PathPattern {
  struct Segment {
    enum class Kind : std::uint8_t { literal, capture };
    Kind kind = Kind::literal;
    std::string text;  // the literal, or the capture's name
  };
  std::vector<Segment> segments;
  bool rest = false;            // ends in "/*"
  bool trailing_slash = false;  // ends in "/", which then must be there; "/" itself has it
};

// Where in the pattern the fault is (bytes from its start), and what was expected.
struct PatternError {
  std::size_t offset = 0;
  std::string message;
};

// Refuses what no normalized path could equal: a literal part that normalize_path() would change,
// a capture or a star that is not a whole segment, a name used twice, and what passes the bounds
// above.
Result<PathPattern, PatternError> parse_path_pattern(std::string_view pattern);

// Whether `name` may stand in "{name}": a letter or underscore, then also digits.
bool is_capture_name(std::string_view name);

}  // namespace gateway::routing
