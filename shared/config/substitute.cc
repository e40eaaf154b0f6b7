#include "shared/config/substitute.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/config/limits.h"

namespace gateway::config {
namespace {

bool is_variable_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

struct Expression {
  std::string_view name;
  char otherwise = 0;     // '-' a default follows, '?' a message follows
  std::string_view rest;  // the default or the message
};

Expression split(std::string_view inside) {
  const std::size_t colon = inside.find(':');
  if (colon == std::string_view::npos || colon + 1 >= inside.size()) return {inside, 0, {}};
  return {inside.substr(0, colon), inside[colon + 1], inside.substr(colon + 2)};
}

class Substitution {
 public:
  Substitution(const Environment& environment, Report& report)
      : environment_(environment), report_(report) {}

  void in(TomlNode& node) {
    if (node.kind == TomlNode::Kind::text && node.text.find("${") != std::string::npos) {
      good_ = true;
      node.text = expand(node.text, node.place);
      if (!good_) node.kind = TomlNode::Kind::refused;
    }
    for (TomlNode& item : node.items) in(item);
    for (TomlEntry& entry : node.entries) in(entry.node);
  }

 private:
  std::string expand(std::string_view text, Place place) {
    std::string out;
    while (true) {
      const std::size_t start = text.find("${");
      if (start == std::string_view::npos) break;
      if (start > 0 && text[start - 1] == '$') {
        out.append(text.substr(0, start)).append("{");
        text.remove_prefix(start + 2);
        continue;
      }
      const std::size_t end = text.find('}', start);
      if (end == std::string_view::npos) {
        refuse("bad-variable", place, "a variable is not closed with }",
               "write $${ for a plain ${");
        return out;
      }
      out.append(text.substr(0, start));
      append_value(text.substr(start + 2, end - start - 2), place, out);
      if (out.size() > kMaxTextLength) {
        refuse("out-of-range", place,
               fmt::format("the string is longer than {} bytes with its variables filled in",
                           kMaxTextLength));
        return {};
      }
      text.remove_prefix(end + 1);
    }
    return out.append(text);
  }

  void append_value(std::string_view inside, Place place, std::string& out) {
    const Expression expression = split(inside);
    const char otherwise = expression.otherwise;
    if (!is_variable_name(expression.name) ||
        (otherwise != 0 && otherwise != '-' && otherwise != '?')) {
      refuse("bad-variable", place, fmt::format("${{{}}} is not a variable", inside),
             "expected ${NAME}, ${NAME:-default} or ${NAME:?message}");
      return;
    }
    const auto value = environment_.variable(expression.name);
    if (value && (otherwise == 0 || !value->empty())) {
      out.append(*value);
    } else if (otherwise == '-') {
      out.append(expression.rest);
    } else if (otherwise == '?') {
      refuse("unset-variable", place,
             fmt::format("the variable {} is not set: {}", expression.name, expression.rest));
    } else {
      refuse("unset-variable", place, fmt::format("the variable {} is not set", expression.name),
             fmt::format("set it, or give a default with ${{{}:-…}}", expression.name));
    }
  }

  void refuse(std::string_view id, Place place, std::string message, std::string hint = {}) {
    good_ = false;
    report_.error(id, place, std::move(message), std::move(hint));
  }

  const Environment& environment_;
  Report& report_;
  bool good_ = true;  // of the string under way
};

}  // namespace

void substitute(TomlNode& node, const Environment& environment, Report& report) {
  Substitution(environment, report).in(node);
}

}  // namespace gateway::config
