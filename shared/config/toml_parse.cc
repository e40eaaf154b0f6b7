#include "shared/config/toml_parse.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "shared/config/limits.h"
#include "shared/config/toml_cursor.h"
#include "shared/config/toml_document.h"
#include "shared/config/toml_scalar.h"
#include "shared/config/utf8.h"

namespace gateway::config {
namespace {

bool is_bare_key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

class TomlParser {
 public:
  TomlParser(std::string_view text, std::uint32_t file, TomlNode& root, Report& report,
             std::vector<TomlStatement>* statements)
      : cursor_(text, file), document_(root, report), report_(report), statements_(statements) {}

  // False when something in it is no TOML. Each table starts afresh, so that one mistake does not
  // hide those in the tables below.
  bool run() {
    bool good = true;
    while (true) {
      cursor_.skip_empty_lines();
      if (cursor_.at_end()) return good;
      try {
        read_line();
      } catch (const TomlError& error) {
        report_.error(error.id, error.place,
                      error.id == "too-deep" ? error.reason : "this is not valid TOML",
                      error.id == "too-deep" ? std::string() : error.reason);
        good = false;
        skip_to_header();
      }
    }
  }

 private:
  void read_line() {
    if (statements_ != nullptr) begin_statement();
    if (cursor_.peek() == '[') {
      read_header();
    } else {
      read_path();
      std::vector<KeyPart> path = std::move(path_);
      expect_equals();
      if (statements_ != nullptr) name_statement(path);
      document_.set(path, read_value(0));
      path_ = std::move(path);
    }
    if (statements_ != nullptr) statements_->back().value_end = cursor_.position();
    cursor_.skip_blanks();
    if (cursor_.peek() == '#') cursor_.skip_to_line_end();
    if (statements_ != nullptr) end_statement();
    if (cursor_.at_end() || cursor_.peek() == '\n' || cursor_.starts_with("\r\n")) return;
    cursor_.fail(fmt::format("expected the end of the line, not {}", cursor_.here()));
  }

  void begin_statement() {
    TomlStatement& statement = statements_->emplace_back();
    statement.begin = cursor_.position();
    statement.line = cursor_.place().line;
    statement.is_header = cursor_.peek() == '[';
  }

  // Before the document takes the names.
  void name_statement(const std::vector<KeyPart>& path) {
    TomlStatement& statement = statements_->back();
    if (statement.is_header) {
      opened_.clear();
      for (const KeyPart& part : path) opened_.push_back(part.name);
      statement.path = opened_;
    } else {
      statement.path = opened_;
      for (const KeyPart& part : path) statement.path.push_back(part.name);
    }
    statement.open = opened_.size();
    statement.value = cursor_.position();
  }

  void end_statement() {
    const std::size_t line_end = cursor_.starts_with("\r\n") ? 2 : cursor_.at_end() ? 0 : 1;
    statements_->back().end = cursor_.position() + line_end;
  }

  void read_header() {
    const Place start = cursor_.place();
    const bool item = cursor_.starts_with("[[");
    cursor_.advance(item ? 2 : 1);
    cursor_.skip_blanks();
    read_path();
    const std::string_view close = item ? "]]" : "]";
    if (!cursor_.starts_with(close)) {
      cursor_.fail(fmt::format("expected {}, not {}", close, cursor_.here()));
    }
    cursor_.advance(close.size());
    if (statements_ != nullptr) name_statement(path_);
    if (item) {
      document_.open_item(path_, cursor_.since(start));
    } else {
      document_.open_table(path_, cursor_.since(start));
    }
  }

  // a."b c".d with the blanks behind it, into path_.
  void read_path() {
    path_.clear();
    do {
      cursor_.skip_blanks();
      if (path_.size() == kMaxKeyParts) {
        throw TomlError{cursor_.place(), fmt::format("a key has more than {} parts", kMaxKeyParts),
                        "too-deep"};
      }
      path_.push_back(read_key_part());
      cursor_.skip_blanks();
    } while (cursor_.take('.'));
  }

  KeyPart read_key_part() {
    const Place start = cursor_.place();
    KeyPart part;
    if (cursor_.peek() == '"' || cursor_.peek() == '\'') {
      part.name = read_toml_string(cursor_, false);
    } else {
      const std::size_t first = cursor_.position();
      while (is_bare_key_character(cursor_.peek())) cursor_.advance();
      part.name = cursor_.since(first);
      if (part.name.empty()) {
        cursor_.fail(fmt::format("expected a key, not {}", cursor_.here()));
      }
    }
    part.place = cursor_.since(start);
    return part;
  }

  void expect_equals() {
    if (!cursor_.take('=')) cursor_.fail(fmt::format("expected =, not {}", cursor_.here()));
    cursor_.skip_blanks();
  }

  TomlNode read_value(std::size_t depth) {
    const Place start = cursor_.place();
    TomlNode node;
    const char c = cursor_.peek();
    if ((c == '[' || c == '{') && depth == kMaxNesting) {
      throw TomlError{start, fmt::format("values nest deeper than {} levels", kMaxNesting),
                      "too-deep"};
    }
    if (c == '"' || c == '\'') {
      node.kind = TomlNode::Kind::text;
      node.text = read_toml_string(cursor_, true);
    } else if (c == '[') {
      read_array(node, depth);
    } else if (c == '{') {
      read_inline_table(node, depth);
    } else {
      read_toml_word(cursor_, node);
    }
    node.place = cursor_.since(start);
    return node;
  }

  void read_array(TomlNode& node, std::size_t depth) {
    node.kind = TomlNode::Kind::array;
    const std::uint32_t line = cursor_.place().line;
    cursor_.advance();
    while (true) {
      cursor_.skip_empty_lines();
      if (cursor_.take(']')) return;
      node.items.push_back(read_value(depth + 1));
      cursor_.skip_empty_lines();
      if (cursor_.take(']')) return;
      if (!cursor_.take(',')) {
        cursor_.fail(fmt::format("expected a comma or the ] of the list in line {}, not {}", line,
                                 cursor_.here()));
      }
    }
  }

  void read_inline_table(TomlNode& node, std::size_t depth) {
    cursor_.advance();
    cursor_.skip_blanks();
    if (cursor_.take('}')) return;
    const TomlDocument::Spot table = document_.inline_table(node);
    do {
      cursor_.skip_blanks();
      read_path();
      std::vector<KeyPart> path = std::move(path_);
      expect_equals();
      document_.set_in(table, path, read_value(depth + 1));
      cursor_.skip_blanks();
    } while (cursor_.take(','));
    if (!cursor_.take('}')) {
      cursor_.fail(fmt::format("expected a comma or }}, not {}", cursor_.here()));
    }
  }

  void skip_to_header() {
    do {
      cursor_.skip_to_line_end();
      cursor_.skip_empty_lines();
    } while (!cursor_.at_end() && cursor_.peek() != '[');
  }

  TomlCursor cursor_;
  TomlDocument document_;
  Report& report_;
  std::vector<KeyPart> path_;  // of the key under way; kept for its memory
  std::vector<TomlStatement>* statements_;
  std::vector<std::string> opened_;  // the last header's path; only for the statements
};

// TOML is UTF-8 without control characters but tabs and line ends. Checked for the whole document
// at once, so that nothing after it needs to ask.
bool check_characters(std::string_view text, std::uint32_t file, Report& report) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte < 0x7f) {
      ++i;
      continue;
    }
    const std::size_t bytes = decode_utf8(text.substr(i)).bytes;
    const bool line_end = byte == '\n' || (byte == '\r' && text.substr(i, 2) == "\r\n");
    if (bytes > 0 && (byte >= 0x80 || line_end || byte == '\t')) {
      i += bytes;
      continue;
    }
    TomlCursor cursor(text, file);
    cursor.advance(i);
    report.error("toml-syntax", cursor.place(), "this is not valid TOML",
                 bytes == 0 ? "this is not UTF-8" : "a control character stands here");
    return false;
  }
  return true;
}

}  // namespace

const char* kind_name(TomlNode::Kind kind) {
  switch (kind) {
    case TomlNode::Kind::text:
      return "a string";
    case TomlNode::Kind::integer:
      return "an integer";
    case TomlNode::Kind::real:
      return "a fraction";
    case TomlNode::Kind::boolean:
      return "a boolean";
    case TomlNode::Kind::moment:
      return "a date or time";
    case TomlNode::Kind::array:
      return "a list";
    case TomlNode::Kind::table:
      return "a table";
    case TomlNode::Kind::refused:
      return "a refused value";
  }
  return "a value";
}

std::optional<TomlNode> parse_toml(std::string_view text, std::uint32_t file, Report& report,
                                   std::vector<TomlStatement>* statements) {
  if (!check_characters(text, file, report)) return std::nullopt;
  TomlNode root;
  root.place = {file, 1, 1, 0};
  if (!TomlParser(text, file, root, report, statements).run()) return std::nullopt;
  return root;
}

}  // namespace gateway::config
