#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/config/model.h"

namespace gateway::config {

// Why a document is no TOML, thrown and caught within parse_toml alone.
struct TomlError {
  Place place;
  std::string reason;
  std::string id = "toml-syntax";
};

// A position in the text of a file that knows its line and column. Moves forward only, and in time
// that grows with the text alone, however long its lines are.
class TomlCursor {
 public:
  TomlCursor(std::string_view text, std::uint32_t file) : text_(text), file_(file) {}

  bool at_end() const { return position_ >= text_.size(); }
  // NUL at the end; the text itself holds none.
  char peek(std::size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  bool starts_with(std::string_view word) const {
    return text_.substr(position_, word.size()) == word;
  }
  std::size_t position() const { return position_; }
  std::string_view since(std::size_t start) const { return text_.substr(start, position_ - start); }
  std::string_view rest() const { return text_.substr(position_); }

  void advance(std::size_t bytes = 1) { position_ += bytes; }
  bool take(char c) {
    if (peek() != c) return false;
    ++position_;
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++position_;
  }
  void skip_to_line_end();
  // Blanks, comments and line ends.
  void skip_empty_lines();

  // Of the character here.
  Place place();
  // From an earlier place of this cursor to here; the first character alone over several lines.
  Place since(Place start);

  // What stands here, for a message: "'x'", "the end of the line".
  std::string here() const;
  [[noreturn]] void fail(std::string reason);

 private:
  void catch_up();

  std::string_view text_;
  std::uint32_t file_;
  std::size_t position_ = 0;
  // Line and column of `counted_`, a position at or before the current one.
  std::size_t counted_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

}  // namespace gateway::config
