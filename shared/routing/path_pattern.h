#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"

namespace gateway::routing {

// "/a/b" matches exactly that; "{id}" takes one non-empty segment; a trailing "/*" takes the rest,
// also an empty one: "/samples/*" matches "/samples", "/samples/" and "/samples/7/x".
struct PathPattern {
  struct Segment {
    enum class Kind : std::uint8_t { literal, capture };
    Kind kind = Kind::literal;
    std::string text;  // the literal, or the capture's name
  };
  std::vector<Segment> segments;
  bool rest = false;            // ends in "/*"
  bool trailing_slash = false;  // ends in "/", which then must be there
};

// Where in the pattern the fault is (bytes from its start), and what was expected.
struct PatternError {
  std::size_t offset = 0;
  std::string message;
};

Result<PathPattern, PatternError> parse_path_pattern(std::string_view pattern);

}  // namespace gateway::routing
