#include "shared/config/toml_cursor.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/config/utf8.h"

namespace gateway::config {

void TomlCursor::skip_to_line_end() {
  position_ = std::min(text_.find('\n', position_), text_.size());
}

void TomlCursor::skip_empty_lines() {
  while (true) {
    skip_blanks();
    if (peek() == '#') skip_to_line_end();
    if (peek() == '\r' && peek(1) == '\n') ++position_;
    if (peek() != '\n') return;
    ++position_;
  }
}

void TomlCursor::catch_up() {
  for (; counted_ < position_ && counted_ < text_.size(); ++counted_) {
    if (text_[counted_] == '\n') {
      ++line_;
      column_ = 1;
    } else if ((text_[counted_] & 0xc0) != 0x80) {
      ++column_;
    }
  }
}

Place TomlCursor::place() {
  catch_up();
  return {file_, line_, column_, 1};
}

Place TomlCursor::since(Place start) {
  catch_up();
  start.length = line_ == start.line && column_ > start.column ? column_ - start.column : 1;
  return start;
}

std::string TomlCursor::here() const {
  if (at_end()) return "the end of the file";
  if (peek() == '\n' || peek() == '\r') return "the end of the line";
  const std::size_t bytes = std::max<std::size_t>(1, decode_utf8(rest()).bytes);
  return fmt::format("'{}'", rest().substr(0, bytes));
}

void TomlCursor::fail(std::string reason) {
  throw TomlError{place(), std::move(reason)};
}

}  // namespace gateway::config
