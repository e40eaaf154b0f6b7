#include "shared/policy/captures.h"

#include <fmt/format.h>

namespace gateway::policy {

using routing::PathPattern;

std::optional<std::uint8_t> capture_index(const PathPattern& pattern, std::string_view name) {
  std::uint8_t index = 0;
  for (const auto& segment : pattern.segments) {
    if (segment.kind != PathPattern::Segment::Kind::capture) continue;
    if (segment.text == name) return index;
    ++index;
  }
  return std::nullopt;
}

std::string unknown_capture(std::string_view name, const PathPattern& pattern) {
  std::string known;
  for (const auto& segment : pattern.segments) {
    if (segment.kind != PathPattern::Segment::Kind::capture) continue;
    known += fmt::format("{}{{{}}}", known.empty() ? "" : ", ", segment.text);
  }
  return fmt::format("\"{{{}}}\" is not captured by the route's path, which captures {}", name,
                     known.empty() ? "nothing" : known);
}

const char* rest_fault(std::string_view text, std::size_t at, const PathPattern& pattern) {
  const bool alone =
      at > 0 && text[at - 1] == '/' && (at + 1 == text.size() || text[at + 1] == '/');
  if (!alone) return "\"*\" is a whole segment, as in \"/api/v1/*\"";
  if (!pattern.rest) return "\"*\" needs a route whose path ends in \"/*\"";
  return nullptr;
}

void append_rest(const routing::RouteMatch& match, std::size_t start, std::string& out) {
  if (!match.slash_before_rest && out.size() > start + 1) out.pop_back();
  out += match.rest;
}

}  // namespace gateway::policy
