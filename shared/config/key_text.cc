#include "shared/config/key_text.h"

#include <fmt/format.h>

#include "shared/base/units.h"

namespace gateway::config {
namespace {

bool is_spelled_bare(const Key& key) {
  switch (key.type) {
    case KeyType::boolean:
    case KeyType::integer:
    case KeyType::texts:
    case KeyType::choices:
    case KeyType::networks:
    case KeyType::methods:
    case KeyType::instances:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string_view type_phrase(KeyType type) {
  switch (type) {
    case KeyType::boolean:
      return "true or false";
    case KeyType::integer:
      return "an integer";
    case KeyType::integer_or_choice:
      return "an integer or a word";
    case KeyType::duration:
      return "a duration";
    case KeyType::size:
      return "a size";
    case KeyType::text:
      return "a string";
    case KeyType::lines:
      return "a string";
    case KeyType::choice:
      return "a word";
    case KeyType::address:
      return "an address";
    case KeyType::url:
      return "a URL";
    case KeyType::origin:
      return "a URL";
    case KeyType::sha256:
      return "a SHA-256 in hexadecimal";
    case KeyType::secret:
      return "a secret";
    case KeyType::texts:
      return "a list of strings";
    case KeyType::choices:
      return "a list of words";
    case KeyType::choices_or_one:
      return "a word or a list of words";
    case KeyType::networks:
      return "a list of networks";
    case KeyType::methods:
      return "a list of methods";
    case KeyType::instances:
      return "a list of URLs or tables";
    case KeyType::integer_map:
      return "a table of integers";
    case KeyType::text_map:
      return "a table of strings";
    case KeyType::choice_or_map:
      return "a word or a table of strings";
    case KeyType::table:
      return "a table";
    case KeyType::tables:
      return "a list of tables";
  }
  return "a value";
}

std::string toml_default(const Key& key) {
  const bool empty_text = key.type == KeyType::text && !key.required && key.min == 0;
  if (key.fallback.empty() && !empty_text) return {};
  if (is_spelled_bare(key)) return std::string(key.fallback);
  return fmt::format("\"{}\"", key.fallback);
}

std::string example(const Key& key) {
  if (!key.fallback.empty() && key.fallback != "[]") return toml_default(key);
  switch (key.type) {
    case KeyType::duration:
      return R"("30s")";
    case KeyType::address:
      return R"("0.0.0.0:8000")";
    case KeyType::url:
    case KeyType::origin:
      return R"("http://10.0.0.1:8080")";
    case KeyType::networks:
      return R"(["10.0.0.0/8"])";
    case KeyType::methods:
      return R"(["GET", "POST"])";
    case KeyType::instances:
      return R"(["http://10.0.0.1:8080"])";
    case KeyType::choices:
      return fmt::format("[\"{}\"]", key.choices.front().name);
    case KeyType::choice:
    case KeyType::choices_or_one:
      return fmt::format("\"{}\"", key.choices.front().name);
    default:
      return {};
  }
}

std::string bound_text(const Key& key, std::int64_t bound) {
  switch (key.type) {
    case KeyType::duration:
      return format_duration(milliseconds(bound));
    case KeyType::size:
      return format_size(static_cast<std::uint64_t>(bound));
    default:
      return std::to_string(bound);
  }
}

bool has_bounds(const Key& key) {
  return key.min != 0 || key.max != 0;
}

std::string choice_form(const Choice& choice) {
  std::string form(choice.name);
  if (form.back() == '*') form.replace(form.size() - 1, 1, "…");
  return form;
}

bool matches(const Choice& choice, std::string_view word) {
  if (!choice.name.empty() && choice.name.back() == '*') {
    const std::string_view prefix = choice.name.substr(0, choice.name.size() - 1);
    return word.size() > prefix.size() && word.substr(0, prefix.size()) == prefix;
  }
  return choice.name == word;
}

}  // namespace gateway::config
