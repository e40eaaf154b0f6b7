#include "shared/config/substitute.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "shared/config/limits.h"
#include "shared/config/suggest.h"

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

// What a request's values are grouped under.
constexpr std::string_view kRoots[] = {"request", "client", "user", "route", "claim"};

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

std::string hint_for(std::string_view inside) {
  const std::size_t dot = inside.find('.');
  if (dot == std::string_view::npos) {
    return "expected ${NAME}, ${NAME:-default} or ${NAME:?message}";
  }
  const std::string_view root = inside.substr(0, dot);
  const bool known = std::find(std::begin(kRoots), std::end(kRoots), root) != std::end(kRoots);
  if (known && dot + 1 == inside.size()) return "a name is missing behind the dot";
  if (known) return "a value of the request takes neither a default nor a message";
  return did_you_mean(root, kRoots,
                      "a value of the request begins with request., client., user., route. or "
                      "claim.");
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
      const std::string_view inside = text.substr(start + 2, end - start - 2);
      if (is_request_value(inside)) {
        out.append(text.substr(start, end + 1 - start));
      } else {
        append_value(inside, place, out);
      }
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
             hint_for(inside));
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

bool is_request_value(std::string_view inside) {
  if (inside.find(":-") != std::string_view::npos || inside.find(":?") != std::string_view::npos) {
    return false;
  }
  return std::any_of(std::begin(kRoots), std::end(kRoots), [inside](std::string_view root) {
    return inside.size() > root.size() + 1 && inside.substr(0, root.size()) == root &&
           inside[root.size()] == '.';
  });
}

}  // namespace gateway::config
