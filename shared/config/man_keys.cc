#include "shared/config/man_keys.h"

#include <fmt/format.h>

#include "shared/config/key_text.h"
#include "shared/config/key_tree.h"
#include "shared/config/roff.h"

namespace gateway::config {
namespace {

std::string choice_list(const Key& key) {
  std::string text;
  for (const Choice& choice : key.choices) {
    if (!text.empty()) text += ", ";
    text += choice_form(choice);
  }
  return text;
}

bool bounds_length(const Key& key) {
  return key.type == KeyType::text || key.type == KeyType::texts || key.type == KeyType::secret ||
         key.type == KeyType::lines || key.type == KeyType::methods ||
         key.type == KeyType::text_map;
}

// "a duration from 10ms to 1h"
std::string value_line(const Key& key) {
  std::string text(type_phrase(key.type));
  if (key.type == KeyType::integer_or_choice) text = choice_list(key) + " or an integer";
  const bool number = key.type == KeyType::integer || key.type == KeyType::integer_or_choice ||
                      key.type == KeyType::duration || key.type == KeyType::size;
  if (number && has_bounds(key) && key.min == key.max) {
    text += fmt::format(", {} alone", bound_text(key, key.min));
  } else if (number && has_bounds(key)) {
    text += fmt::format(" from {} to {}", bound_text(key, key.min), bound_text(key, key.max));
  } else if (bounds_length(key) && key.max > 0) {
    text += fmt::format(
        " of at most {} bytes{}", key.max,
        key.type == KeyType::text || key.type == KeyType::secret || key.type == KeyType::lines
            ? ""
            : " each");
  }
  if (!key.choices.empty() && key.type != KeyType::integer_or_choice)
    text += ": " + choice_list(key);
  return text;
}

std::string entry(const Key& key) {
  std::string path(key.path);
  if (key.type == KeyType::secret) {
    path = fmt::format("{0}, {0}{1}, {0}{2}", key.path, kSecretFile, kSecretCredential);
  }
  std::string out = fmt::format(".TP\n.B {}\n{}\n", roff(path), roff(key.help));
  std::string facts = value_line(key);
  const std::string fallback = toml_default(key);
  if (key.required) facts += "; required";
  if (!fallback.empty()) facts += "; default " + fallback;
  return out + fmt::format(".br\nValue: {}.\n", roff(facts));
}

}  // namespace

std::string render_man_keys() {
  std::string out = ".SH KEYS\n";
  for (const Key& key : keys()) {
    const bool section = key.type == KeyType::table && key.path.find('.') == std::string_view::npos;
    if (section) {
      out += fmt::format(".SS [{}]\n{}\n", roff(key.path), roff(key.help));
    } else {
      out += entry(key);
    }
  }
  return out;
}

}  // namespace gateway::config
