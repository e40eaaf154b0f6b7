#include "shared/config/mask.h"

#include <algorithm>
#include <string_view>

#include "shared/config/keys.h"

namespace gateway::config {
namespace {

bool is_key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

// Where the value begins when the word at [at, end) is a key; npos when it is not.
std::size_t value_after_key(std::string_view text, std::size_t at, std::size_t end) {
  if (at > 0 && is_key_character(text[at - 1])) return std::string_view::npos;
  if (end < text.size() && (text[end] == '"' || text[end] == '\'')) ++end;
  end = skip_blanks(text, end);
  if (end >= text.size() || text[end] != '=') return std::string_view::npos;
  return skip_blanks(text, end + 1);
}

// The value from `at` on without its quotes, as [first, last).
struct Range {
  std::size_t first;
  std::size_t last;
};

Range value_range(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {at, at};
  const char quote = text[at];
  if (quote != '"' && quote != '\'') {
    return {at, std::min(text.find_first_of("\n", at), text.size())};
  }
  const bool multi_line = text.substr(at, 3) == std::string(3, quote);
  const std::size_t first = at + (multi_line ? 3 : 1);
  const std::string fence(multi_line ? 3 : 1, quote);
  for (std::size_t i = first; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text.substr(i, fence.size()) == fence || (!multi_line && text[i] == '\n')) {
      return {first, i};
    }
  }
  return {first, text.size()};
}

void mask(std::string& text, Range range) {
  const std::string_view value =
      std::string_view(text).substr(range.first, range.last - range.first);
  const bool variable_alone = value.substr(0, 2) == "${" && value.find('}') == value.size() - 1 &&
                              value.find(':') == std::string_view::npos;
  if (variable_alone) return;
  std::string masked;
  for (const char c : value) {
    if (c == '\n' || c == '\r') {
      masked += c;
    } else if ((c & 0xc0) != 0x80) {  // one for each character, not for each byte
      masked += '*';
    }
  }
  text.replace(range.first, value.size(), masked);
}

void mask_key(std::string& text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const std::size_t value = value_after_key(text, at, at + name.size());
    if (value != std::string_view::npos) mask(text, value_range(text, value));
  }
}

}  // namespace

void mask_secrets(std::string& text) {
  for (const Key& key : keys()) {
    if (key.type == KeyType::secret) mask_key(text, last_name(key));
  }
}

}  // namespace gateway::config
