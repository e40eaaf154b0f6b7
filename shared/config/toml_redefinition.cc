#include "shared/config/toml_redefinition.h"

#include <vector>

#include "shared/base/ascii.h"

namespace gateway::config {
namespace {

// What a line declares: "[routes.a]" or the key before an equals sign, without spaces.
struct Declared {
  std::string name;
  std::uint32_t column = 0;
  std::uint32_t length = 0;
  bool header = false;
  bool list = false;  // "[[item]]", which may well stand again
};

std::optional<Declared> read_declaration(std::string_view line) {
  const std::size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || line[start] == '#') return std::nullopt;
  Declared found;
  found.header = line[start] == '[';
  found.list = line.substr(start, 2) == "[[";
  const std::size_t end = line.find(found.header ? ']' : '=', start);
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view name = line.substr(start, end - start + (found.header ? 1 : 0));
  name = trim_ows(name);
  for (const char c : name) {
    if (c != ' ' && c != '\t') found.name += c;
  }
  found.column = static_cast<std::uint32_t>(start + 1);
  found.length = static_cast<std::uint32_t>(name.size());
  return found;
}

std::vector<std::string_view> split_lines(std::string_view text, std::uint32_t count) {
  std::vector<std::string_view> lines;
  while (lines.size() < count) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

std::optional<Redefinition> find_redefinition(std::string_view text, std::uint32_t line) {
  const std::vector<std::string_view> lines = split_lines(text, line);
  if (line == 0 || lines.size() < line) return std::nullopt;
  const auto second = read_declaration(lines[line - 1]);
  if (!second || second->list) return std::nullopt;
  for (std::size_t i = line - 1; i-- > 0;) {
    const auto first = read_declaration(lines[i]);
    if (!first) continue;
    if (!first->list && first->header == second->header && first->name == second->name) {
      std::string name = second->name;
      if (second->header) name = name.substr(1, name.size() - 2);
      const auto at = static_cast<std::uint32_t>(i + 1);
      return Redefinition{std::move(name),
                          {0, at, first->column, first->length},
                          {0, line, second->column, second->length}};
    }
    // A key is declared twice only within one table.
    if (first->header && !second->header) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace gateway::config
