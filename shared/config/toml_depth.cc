#include "shared/config/toml_depth.h"

#include <algorithm>

#include "shared/config/limits.h"

namespace gateway::config {
namespace {

// The position after the string that starts at `at`; the end of the line when it is not closed.
std::size_t skip_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool escapes = quote == '"';
  const std::string_view fence = escapes ? R"(""")" : "'''";
  const bool multi_line = text.substr(at, 3) == fence;
  std::size_t i = at + (multi_line ? 3 : 1);
  while (i < text.size()) {
    if (escapes && text[i] == '\\') {
      i += 2;
    } else if (multi_line && text.substr(i, 3) == fence) {
      i += 3;
      for (int extra = 0; extra < 2 && i < text.size() && text[i] == quote; ++extra) ++i;
      return i;
    } else if (!multi_line && text[i] == quote) {
      return i + 1;
    } else if (!multi_line && text[i] == '\n') {
      return i;
    } else {
      ++i;
    }
  }
  return text.size();
}

TooDeep locate(std::string_view text, std::size_t at, bool key) {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0, the first line
  const std::string_view line = before.substr(line_start);
  TooDeep found;
  found.key = key;
  found.line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
  found.column = static_cast<std::uint32_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }) + 1);
  return found;
}

}  // namespace

std::optional<TooDeep> find_too_deep(std::string_view text) {
  std::size_t depth = 0;
  std::size_t parts = 1;  // of the key that may be under way
  std::size_t i = 0;
  while (i < text.size()) {
    switch (text[i]) {
      case '#':
        i = std::min(text.find('\n', i), text.size());
        continue;
      case '"':
      case '\'':
        i = skip_string(text, i);
        continue;
      case '[':
      case '{':
        if (++depth > kMaxNesting) return locate(text, i, false);
        parts = 1;
        break;
      case ']':
      case '}':
        if (depth > 0) --depth;
        parts = 1;
        break;
      case '=':
      case ',':
      case '\n':
        parts = 1;
        break;
      case '.':
        if (++parts > kMaxKeyParts) return locate(text, i, true);
        break;
      default:
        break;
    }
    ++i;
  }
  return std::nullopt;
}

}  // namespace gateway::config
