#include "shared/config/checked.h"

#include <algorithm>
#include <cassert>
#include <charconv>

#include "shared/base/units.h"

namespace gateway::config {

const CheckedValue* CheckedTable::find(std::string_view key) const {
  for (const CheckedValue& value : values_) {
    if (value.schema->name == key) return &value;
  }
  return nullptr;
}

const CheckedTable* CheckedTable::table(std::string_view name) const {
  for (const CheckedTable& table : tables_) {
    if (table.name_ == name) return &table;
  }
  return nullptr;
}

bool CheckedTable::mentions(std::string_view key) const {
  return find(key) != nullptr || table(key) != nullptr ||
         std::find(refused_.begin(), refused_.end(), key) != refused_.end();
}

std::string_view CheckedTable::fallback(std::string_view key) const {
  const KeyNode* node = schema_->child(key);
  assert(node != nullptr && node->name == key);
  return node->key->fallback;
}

bool CheckedTable::boolean(std::string_view key) const {
  if (const CheckedValue* value = find(key)) return value->number != 0;
  return fallback(key) == "true";
}

std::int64_t CheckedTable::integer(std::string_view key) const {
  if (const CheckedValue* value = find(key)) return value->number;
  const std::string_view text = fallback(key);
  std::int64_t number = 0;  // also what "auto" and the like stand for
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

milliseconds CheckedTable::duration(std::string_view key) const {
  if (const CheckedValue* value = find(key)) return milliseconds(value->number);
  return parse_duration(fallback(key)).value_or(milliseconds(0));
}

std::uint64_t CheckedTable::size(std::string_view key) const {
  if (const CheckedValue* value = find(key)) return static_cast<std::uint64_t>(value->number);
  return parse_size(fallback(key)).value_or(0);
}

Setting<std::string> CheckedTable::text(std::string_view key) const {
  if (const CheckedValue* value = find(key)) return {value->text, value->place};
  return {std::string(fallback(key)), {}};
}

std::vector<Setting<std::string>> CheckedTable::list(std::string_view key) const {
  if (const CheckedValue* value = find(key)) return value->list;
  std::vector<Setting<std::string>> items;
  for (std::string& item : parse_default_list(fallback(key)))
    items.push_back({std::move(item), {}});
  return items;
}

std::vector<NamedText> CheckedTable::map(std::string_view key) const {
  const CheckedValue* value = find(key);
  return value != nullptr ? value->map : std::vector<NamedText>();
}

Secret CheckedTable::secret(std::string_view key) const {
  Secret secret;
  const auto take = [&](std::string_view form, std::string& into) {
    const CheckedValue* value = find(std::string(key).append(form));
    if (value == nullptr) return;
    into = value->text;
    secret.place = value->place;
  };
  take("", secret.value);
  take(kSecretFile, secret.file);
  take(kSecretCredential, secret.credential);
  return secret;
}

std::vector<std::string> parse_default_list(std::string_view fallback) {
  std::vector<std::string> items;
  std::size_t open = fallback.find('"');
  while (open != std::string_view::npos) {
    const std::size_t close = fallback.find('"', open + 1);
    if (close == std::string_view::npos) break;
    items.emplace_back(fallback.substr(open + 1, close - open - 1));
    open = fallback.find('"', close + 1);
  }
  return items;
}

}  // namespace gateway::config
