#include "shared/config/toml_lines.h"

#include <algorithm>
#include <utility>

namespace gateway::config {
namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == line.npos;
}

bool is_comment(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first != line.npos && line[first] == '#';
}

}  // namespace

bool starts_with(std::span<const std::string> path, std::span<const std::string> begin) {
  return path.size() >= begin.size() && std::equal(begin.begin(), begin.end(), path.begin());
}

std::size_t TomlLines::line_begin(std::size_t at) const {
  if (at == 0) return 0;
  const std::size_t before = text_.rfind('\n', at - 1);
  return before == text_.npos ? 0 : before + 1;
}

std::vector<std::size_t> TomlLines::below(std::span<const std::string> path) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < statements_.size(); ++i) {
    if (starts_with(statements_[i].path, path)) found.push_back(i);
  }
  return found;
}

void TomlLines::replace_value(std::size_t statement, std::string value) {
  const TomlStatement& at = statements_[statement];
  replacements_.push_back({at.value, at.value_end, std::move(value)});
}

void TomlLines::erase(std::size_t statement) {
  const TomlStatement& at = statements_[statement];
  replacements_.push_back({line_begin(at.begin), at.end, {}});
}

void TomlLines::erase_run(std::size_t first, std::size_t last) {
  std::size_t begin = line_begin(statements_[first].begin);
  const std::size_t end = statements_[last].end;
  // The comment lines that belong to it; at the top of a file they speak of the file.
  std::size_t comments = begin;
  while (comments > 0) {
    const std::size_t above = line_begin(comments - 1);
    if (!is_comment(std::string_view(text_).substr(above, comments - above))) break;
    comments = above;
  }
  if (comments > 0) begin = comments;
  while (begin > 0) {
    const std::size_t above = line_begin(begin - 1);
    if (!is_blank(std::string_view(text_).substr(above, begin - above))) break;
    begin = above;
  }
  replacements_.push_back({begin, end, {}});
}

void TomlLines::insert_after(std::size_t statement, const std::string& lines) {
  const std::size_t at = statements_[statement].end;
  const bool ends_line = at > 0 && text_[at - 1] == '\n';
  replacements_.push_back({at, at, ends_line ? lines : "\n" + lines});
}

void TomlLines::insert_before(std::size_t statement, const std::string& lines) {
  const std::size_t at = line_begin(statements_[statement].begin);
  replacements_.push_back({at, at, lines});
}

void TomlLines::append(const std::string& lines) {
  std::string by = lines;
  if (!text_.empty()) by.insert(0, text_.back() == '\n' ? "\n" : "\n\n");
  replacements_.push_back({text_.size(), text_.size(), std::move(by)});
}

std::string TomlLines::apply() {
  std::stable_sort(replacements_.begin(), replacements_.end(),
                   [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::string out;
  std::size_t copied = 0;
  for (const Replacement& replacement : replacements_) {
    if (replacement.begin > copied) out.append(text_, copied, replacement.begin - copied);
    out += replacement.by;
    copied = std::max(copied, replacement.end);
  }
  out.append(text_, std::min(copied, text_.size()));
  return out;
}

}  // namespace gateway::config
