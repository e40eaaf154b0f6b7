#include "shared/config/toml_parse.h"

#include <fmt/format.h>

#if __has_include(<toml++/toml.hpp>)
#include <toml++/toml.hpp>
#else
#include <toml++/toml.h>
#endif

#include <algorithm>
#include <tuple>

#include "shared/config/limits.h"
#include "shared/config/toml_depth.h"
#include "shared/config/toml_redefinition.h"

namespace gateway::config {
namespace {

Place place_of(const toml::source_region& region, std::uint32_t file) {
  const bool one_line =
      region.end.line == region.begin.line && region.end.column > region.begin.column;
  // Of a value over several lines only the first character is underlined.
  const std::uint32_t length = one_line ? region.end.column - region.begin.column : 1;
  return {file, region.begin.line, region.begin.column, length};
}

TomlNode convert(toml::node& from, std::uint32_t file);

void convert_table(toml::table& table, std::uint32_t file, TomlNode& to) {
  to.kind = TomlNode::Kind::table;
  to.entries.reserve(table.size());
  for (auto&& [key, value] : table) {
    to.entries.push_back(
        {std::string(key.str()), place_of(key.source(), file), convert(value, file)});
  }
  // toml++ orders tables by name; messages and tables are in the order of the author.
  std::sort(to.entries.begin(), to.entries.end(), [](const TomlEntry& a, const TomlEntry& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
}

TomlNode convert(toml::node& from, std::uint32_t file) {
  TomlNode to;
  to.place = place_of(from.source(), file);
  if (auto* text = from.as_string()) {
    to.kind = TomlNode::Kind::text;
    to.text = std::move(text->get());
  } else if (const auto* integer = from.as_integer()) {
    to.kind = TomlNode::Kind::integer;
    to.number = integer->get();
  } else if (const auto* boolean = from.as_boolean()) {
    to.kind = TomlNode::Kind::boolean;
    to.number = boolean->get() ? 1 : 0;
  } else if (from.is_floating_point()) {
    to.kind = TomlNode::Kind::real;
  } else if (auto* array = from.as_array()) {
    to.kind = TomlNode::Kind::array;
    to.items.reserve(array->size());
    for (auto&& item : *array) to.items.push_back(convert(item, file));
  } else if (auto* table = from.as_table()) {
    convert_table(*table, file, to);
  } else {
    to.kind = TomlNode::Kind::moment;
  }
  return to;
}

void report_syntax(const toml::parse_error& error, std::string_view text, std::uint32_t file,
                   Report& report) {
  const toml::source_position at = error.source().begin;
  if (const auto again = find_redefinition(text, at.line)) {
    Place place = again->second;
    Place first = again->first;
    place.file = first.file = file;
    report.error("duplicate-name", place,
                 fmt::format("\"{}\" is declared twice; the first stands at {}", again->name,
                             report.describe(first)),
                 "rename or remove one of the two");
    return;
  }
  // "Error while parsing string: …": what was being read helps, that it failed is known.
  std::string_view reason = error.description();
  constexpr std::string_view kPrefix = "Error while parsing ";
  if (reason.substr(0, kPrefix.size()) == kPrefix) reason.remove_prefix(kPrefix.size());
  report.error("toml-syntax", {file, at.line, at.column, 1}, "this is not valid TOML",
               std::string(reason));
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

std::optional<TomlNode> parse_toml(std::string_view text, std::uint32_t file, Report& report) {
  if (const auto deep = find_too_deep(text)) {
    report.error("too-deep", {file, deep->line, deep->column, 1},
                 deep->key ? fmt::format("a key has more than {} parts", kMaxKeyParts)
                           : fmt::format("values nest deeper than {} levels", kMaxNesting));
    return std::nullopt;
  }
  TomlNode root;
#if TOML_EXCEPTIONS
  try {
    toml::table table = toml::parse(text);
    convert_table(table, file, root);
  } catch (const toml::parse_error& error) {
    report_syntax(error, text, file, report);
    return std::nullopt;
  }
#else
  toml::parse_result result = toml::parse(text);
  if (!result) {
    report_syntax(result.error(), text, file, report);
    return std::nullopt;
  }
  convert_table(result.table(), file, root);
#endif
  root.place = {file, 1, 1, 0};
  return root;
}

}  // namespace gateway::config
