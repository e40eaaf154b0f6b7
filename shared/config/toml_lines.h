#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/toml_parse.h"

namespace gateway::config {

// A document's text with its statements, and replacements of parts of it, made all at once.
class TomlLines {
 public:
  // Of a text that has been read without an error.
  TomlLines(const std::string& text, std::vector<TomlStatement> statements)
      : text_(text), statements_(std::move(statements)) {}

  const std::vector<TomlStatement>& statements() const { return statements_; }

  // Those of `path` and of all below it, by their index.
  std::vector<std::size_t> below(std::span<const std::string> path) const;

  void replace_value(std::size_t statement, std::string value);
  // Its lines; what stands between it and its neighbours stays.
  void erase(std::size_t statement);
  // From one to another, with what stands in between, the comment lines right above, and the empty
  // ones before those.
  void erase_run(std::size_t first, std::size_t last);
  // Whole lines, each with its end.
  void insert_after(std::size_t statement, const std::string& lines);
  void insert_before(std::size_t statement, const std::string& lines);
  // A paragraph of whole lines.
  void append(const std::string& lines);

  // The text with all of it done. What was replaced must not overlap.
  std::string apply();

 private:
  struct Replacement {
    std::size_t begin;
    std::size_t end;
    std::string by;
  };
  std::size_t line_begin(std::size_t at) const;

  const std::string& text_;
  std::vector<TomlStatement> statements_;
  std::vector<Replacement> replacements_;
};

bool starts_with(std::span<const std::string> path, std::span<const std::string> begin);

}  // namespace gateway::config
