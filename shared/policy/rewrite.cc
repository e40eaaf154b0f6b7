#include "shared/policy/rewrite.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "shared/routing/path.h"

namespace gateway::policy {
namespace {

using routing::PathPattern;
using routing::PatternError;

std::optional<std::uint8_t> capture_index(const PathPattern& pattern, std::string_view name) {
  std::uint8_t index = 0;
  for (const auto& segment : pattern.segments) {
    if (segment.kind != PathPattern::Segment::Kind::capture) continue;
    if (segment.text == name) return index;
    ++index;
  }
  return std::nullopt;
}

// `plain` is the template with "{name}" and "*" replaced by letters: what stays must be a path.
std::optional<PatternError> check_literals(std::string_view plain) {
  std::string scratch;
  const char* why = nullptr;
  if (routing::normalize_path(plain, scratch, why) == plain) return std::nullopt;
  if (why != nullptr) return PatternError{0, fmt::format("not a path that can be sent: {}", why)};
  return PatternError{0,
                      "not in normal form: it holds \"//\", a \".\" or \"..\" segment, or "
                      "an escape that is not needed or not in upper case"};
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

}  // namespace

Result<Rewrite, PatternError> Rewrite::compile(std::string_view text, const PathPattern& pattern) {
  Rewrite rewrite;
  std::string plain;
  const auto add_literal = [&](char c) {
    if (rewrite.parts_.empty() || rewrite.parts_.back().kind != Part::Kind::literal) {
      rewrite.parts_.push_back({Part::Kind::literal, {}, 0});
    }
    rewrite.parts_.back().text += c;
    plain += c;
  };
  if (text.empty() || text.front() != '/') return PatternError{0, "expected a leading slash"};
  if (text.size() > routing::kMaxPatternBytes) {
    return PatternError{routing::kMaxPatternBytes,
                        fmt::format("a rewrite has at most {} bytes", routing::kMaxPatternBytes)};
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '*') {
      const bool alone = text[at - 1] == '/' && (at + 1 == text.size() || text[at + 1] == '/');
      if (!alone) return PatternError{at, "\"*\" is a whole segment, as in \"/api/v1/*\""};
      if (!pattern.rest) {
        return PatternError{at, "\"*\" needs a route whose path ends in \"/*\""};
      }
      rewrite.parts_.push_back({Part::Kind::rest, {}, 0});
      plain += 'x';
    } else if (c == '{') {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) return PatternError{at, "expected \"}\" after it"};
      const std::string_view name = text.substr(at + 1, end - at - 1);
      const auto index = capture_index(pattern, name);
      if (!index) return PatternError{at, unknown_capture(name, pattern)};
      rewrite.parts_.push_back({Part::Kind::capture, {}, *index});
      plain += 'x';
      at = end;
    } else {
      add_literal(c);
    }
  }
  if (auto error = check_literals(plain)) return *std::move(error);
  return rewrite;
}

void Rewrite::apply(const routing::RouteMatch& match, std::string& out) const {
  const std::size_t start = out.size();
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Part::Kind::literal: {
        // After a rest that was empty or ended in a slash, the literal's own slash is one too many.
        const bool doubled = out.size() > start && out.back() == '/' && part.text.front() == '/';
        out.append(part.text, doubled ? 1 : 0);
        break;
      }
      case Part::Kind::capture:
        out += match.captures[part.index];
        break;
      case Part::Kind::rest:
        if (!match.slash_before_rest && out.size() > start + 1) out.pop_back();
        out += match.rest;
        break;
    }
  }
}

}  // namespace gateway::policy
