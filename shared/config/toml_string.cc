#include <fmt/format.h>

#include <algorithm>

#include "shared/config/toml_scalar.h"
#include "shared/config/utf8.h"

namespace gateway::config {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void read_code(TomlCursor& cursor, int digits, std::string& out) {
  char32_t code = 0;
  for (int i = 0; i < digits; ++i) {
    const int digit = hex_digit(cursor.peek());
    if (digit < 0) cursor.fail(fmt::format("expected {} hexadecimal digits", digits));
    code = code << 4 | static_cast<char32_t>(digit);
    cursor.advance();
  }
  if (!append_utf8(code, out)) cursor.fail("this is no character of Unicode");
}

// Past a backslash at the end of a line: the line end and all blanks before the next character.
bool skip_joined_lines(TomlCursor& cursor) {
  std::size_t ahead = 0;
  while (cursor.peek(ahead) == ' ' || cursor.peek(ahead) == '\t') ++ahead;
  if (cursor.peek(ahead) == '\r') ++ahead;
  if (cursor.peek(ahead) != '\n') return false;
  cursor.advance(ahead + 1);
  while (cursor.peek() == ' ' || cursor.peek() == '\t' || cursor.peek() == '\n' ||
         cursor.peek() == '\r') {
    cursor.advance();
  }
  return true;
}

// The cursor stands after the backslash.
void read_escape(TomlCursor& cursor, bool several_lines, std::string& out) {
  if (several_lines && skip_joined_lines(cursor)) return;
  constexpr std::string_view kLetters = "btnfr\"\\";
  constexpr std::string_view kMeanings = "\b\t\n\f\r\"\\";
  const char letter = cursor.peek();
  const std::size_t known = kLetters.find(letter);
  if (letter == 'u' || letter == 'U') {
    cursor.advance();
    read_code(cursor, letter == 'u' ? 4 : 8, out);
  } else if (!cursor.at_end() && known != std::string_view::npos) {
    cursor.advance();
    out += kMeanings[known];
  } else {
    cursor.fail(
        fmt::format("\\ before {} means nothing; write \\\\ for a backslash", cursor.here()));
  }
}

}  // namespace

std::string read_toml_string(TomlCursor& cursor, bool may_span_lines) {
  const Place start = cursor.place();
  const char quote = cursor.peek();
  const std::string fence(3, quote);
  const bool several_lines = may_span_lines && cursor.starts_with(fence);
  cursor.advance(several_lines ? 3 : 1);
  if (several_lines) {
    if (cursor.peek() == '\r') cursor.advance();
    cursor.take('\n');
  }
  std::string out;
  while (true) {
    const char c = cursor.peek();
    if (cursor.at_end() || (!several_lines && (c == '\n' || c == '\r'))) {
      throw TomlError{start, fmt::format("this string has no closing {}",
                                         several_lines ? fence : std::string(1, quote))};
    }
    if (c == quote && (!several_lines || cursor.starts_with(fence))) {
      cursor.advance(several_lines ? 3 : 1);
      // Up to two more quotes right at the end belong to the text.
      for (int i = 0; several_lines && i < 2 && cursor.take(quote); ++i) out += quote;
      return out;
    }
    if (c == '\\' && quote == '"') {
      cursor.advance();
      read_escape(cursor, several_lines, out);
      continue;
    }
    const std::size_t plain = cursor.rest().find_first_of("\"'\\\r\n", 1);
    const std::size_t bytes = std::min(plain, cursor.rest().size());
    out.append(cursor.rest().substr(0, bytes));
    cursor.advance(bytes);
  }
}

}  // namespace gateway::config
