#include "shared/policy/threat_excerpt.h"

#include <algorithm>

namespace gateway::policy {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char printable(char c) {
  return c >= ' ' && c < '\x7f' ? c : '.';
}

}  // namespace

std::string_view matched_part(const RE2& pattern, std::string_view text) {
  const re2::StringPiece piece(text.data(), text.size());
  re2::StringPiece part;
  if (!pattern.Match(piece, 0, text.size(), RE2::UNANCHORED, &part, 1)) return text;
  return {part.data(), part.size()};
}

std::string masked(std::string_view text, std::size_t limit) {
  constexpr std::string_view kCut = "...";
  std::string out;
  while (!text.empty() && out.size() <= limit) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_word);
    const auto run = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (run.size() >= kMaskedRun && std::any_of(run.begin(), run.end(), is_digit)) {
      out += "***";
    } else {
      out.append(run.substr(0, limit + 1));
    }
    text.remove_prefix(run.size());
    if (text.empty()) break;
    out += printable(text.front());
    text.remove_prefix(1);
  }
  if (out.size() <= limit) return out;
  out.resize(limit - kCut.size());
  return out.append(kCut);
}

}  // namespace gateway::policy
