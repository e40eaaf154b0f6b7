#include "shared/routing/path_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "shared/routing/path.h"

namespace gateway::routing {
namespace {

using Segment = PathPattern::Segment;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<PatternError> check_literal(std::string_view text, std::size_t offset) {
  constexpr std::string_view kParent = "/x/";  // so that ".." has something to remove
  const std::string path = fmt::format("{}{}", kParent, text);
  std::string scratch;
  const char* why = nullptr;
  const std::string_view normal = normalize_path(path, scratch, why);
  if (normal == path) return std::nullopt;
  if (why != nullptr) return PatternError{offset, fmt::format("no path is like it: {}", why)};
  if (normal.size() <= kParent.size()) {
    return PatternError{offset, "no path is like it: dot segments are removed before matching"};
  }
  return PatternError{offset, fmt::format("paths are normalized before matching: write \"{}\"",
                                          normal.substr(kParent.size()))};
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<PathPattern, PatternError> parse() {
    if (text_.empty() || text_.front() != '/') return PatternError{0, "expected a leading slash"};
    if (text_.size() > kMaxPatternBytes) {
      return PatternError{kMaxPatternBytes,
                          fmt::format("a pattern has at most {} bytes", kMaxPatternBytes)};
    }
    for (std::size_t start = 1; start <= text_.size();) {
      const std::size_t end = std::min(text_.find('/', start), text_.size());
      if (auto error = take(start, end)) return *std::move(error);
      start = end + 1;
    }
    return std::move(pattern_);
  }

 private:
  // One segment, [start, end) of the text.
  std::optional<PatternError> take(std::size_t start, std::size_t end) {
    const std::string_view segment = text_.substr(start, end - start);
    const bool last = end == text_.size();
    if (segment.empty()) {
      pattern_.trailing_slash = last;
      if (last) return std::nullopt;
      return PatternError{start, "expected a segment between the slashes"};
    }
    if (segment == "*" && last) {
      pattern_.rest = true;
      return std::nullopt;
    }
    if (const std::size_t star = segment.find('*'); star != std::string_view::npos) {
      return PatternError{start + star,
                          "\"*\" may only stand alone at the end, as in \"/samples/*\""};
    }
    if (pattern_.segments.size() == kMaxPatternSegments) {
      return PatternError{start,
                          fmt::format("a pattern has at most {} segments", kMaxPatternSegments)};
    }
    if (segment.find_first_of("{}") != std::string_view::npos) return capture(segment, start);
    if (auto error = check_literal(segment, start)) return error;
    pattern_.segments.push_back({Segment::Kind::literal, std::string(segment)});
    return std::nullopt;
  }

  std::optional<PatternError> capture(std::string_view segment, std::size_t start) {
    const std::string_view name = segment.substr(1, std::max<std::size_t>(segment.size(), 2) - 2);
    if (segment.front() != '{' || segment.back() != '}' ||
        name.find_first_of("{}") != std::string_view::npos) {
      const std::size_t at = segment.front() == '{' ? 0 : segment.find_first_of("{}");
      return PatternError{start + at,
                          "a capture is a whole segment, as in \"/samples/{id}/files\""};
    }
    if (!is_capture_name(name)) {
      return PatternError{start + 1,
                          "a capture's name is a letter or \"_\", then letters, digits and \"_\""};
    }
    for (const Segment& known : pattern_.segments) {
      if (known.kind == Segment::Kind::capture && known.text == name) {
        return PatternError{start + 1, fmt::format("\"{{{}}}\" is captured twice", name)};
      }
    }
    if (captures_ == kMaxCaptures) {
      return PatternError{start, fmt::format("a pattern has at most {} captures", kMaxCaptures)};
    }
    ++captures_;
    pattern_.segments.push_back({Segment::Kind::capture, std::string(name)});
    return std::nullopt;
  }

  std::string_view text_;
  PathPattern pattern_;
  std::size_t captures_ = 0;
};

}  // namespace

bool is_capture_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

Result<PathPattern, PatternError> parse_path_pattern(std::string_view pattern) {
  return Parser(pattern).parse();
}

}  // namespace gateway::routing
