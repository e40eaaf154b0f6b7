#include "shared/config/effective.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "shared/base/ascii.h"
#include "shared/base/units.h"
#include "shared/config/checked.h"

namespace gateway::config {
namespace {

// Tables that only hold keys: the sections of a file, which are the same when they are empty, and
// these.
constexpr std::array<std::string_view, 4> kGroups = {"routes.*.request", "routes.*.query",
                                                     "routes.*.response", "routes.*.retry"};

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

bool is_unordered(KeyType type) {
  return type == KeyType::methods || type == KeyType::networks || type == KeyType::choices;
}

bool is_list(KeyType type) {
  return is_unordered(type) || type == KeyType::texts || type == KeyType::choices_or_one;
}

void settle(EffectiveValue& value) {
  if (!is_unordered(value.key->type)) return;
  const auto less = [](const auto& a, const auto& b) { return a.text < b.text; };
  std::sort(value.items.begin(), value.items.end(), less);
  value.items.erase(std::unique(value.items.begin(), value.items.end()), value.items.end());
}

bool is_secret(const Key& key, std::string_view name) {
  // secret_file and secret_credential say where it stands, not what it is.
  if (key.type == KeyType::secret) return name == last_name(key);
  return key.type == KeyType::sha256 || key.path == "auth.basic.users[].hash";
}

std::string number_text(KeyType type, std::int64_t number) {
  switch (type) {
    case KeyType::boolean:
      return number != 0 ? "true" : "false";
    case KeyType::duration:
      return in_quotes(format_duration(milliseconds(number)));
    case KeyType::size:
      return in_quotes(format_size(static_cast<std::uint64_t>(number)));
    default:
      return std::to_string(number);
  }
}

EffectiveValue value_of(const CheckedValue& checked) {
  const Key& key = *checked.schema->key;
  EffectiveValue value{std::string(checked.schema->name),
                       &key,
                       is_secret(key, checked.schema->name),
                       {},
                       is_list(key.type),
                       {}};
  if (value.is_list) {
    for (const auto& item : checked.list) value.items.push_back({item.value, {}});
    settle(value);
  } else if (key.type == KeyType::boolean || key.type == KeyType::integer ||
             key.type == KeyType::duration || key.type == KeyType::size ||
             (key.type == KeyType::integer_or_choice && checked.text.empty())) {
    value.text = number_text(key.type, checked.number);
  } else if (value.secret) {
    value.text = key.type == KeyType::sha256 ? lower(checked.text) : checked.text;
  } else if (key.type == KeyType::choice_or_map && checked.text.empty()) {
    std::vector<std::string> pairs;
    for (const NamedText& pair : checked.map) {
      pairs.push_back(fmt::format("{} = {}", in_quotes(pair.name), in_quotes(pair.value)));
    }
    std::sort(pairs.begin(), pairs.end());
    value.text = fmt::format("{{ {} }}", fmt::join(pairs, ", "));
  } else {
    value.text = in_quotes(checked.text);
  }
  return value;
}

// A table of any names: each of its pairs is told by its own.
Effective pairs_of(const CheckedValue& checked) {
  Effective table{std::string(checked.schema->name), checked.schema->key, false, 0, {}, {}};
  for (const NamedText& pair : checked.map) {
    const bool secret = sounds_secret(pair.name);
    table.values.push_back({pair.name,
                            checked.schema->key,
                            secret,
                            secret ? pair.value : in_quotes(pair.value),
                            false,
                            {}});
  }
  for (const NamedNumber& pair : checked.numbers) {
    table.values.push_back(
        {pair.name, checked.schema->key, false, std::to_string(pair.value), false, {}});
  }
  return table;
}

// What tells one table of a list from the others.
std::string name_in_list(const CheckedTable& table, std::size_t index) {
  for (const std::string_view key : {"name", "id"}) {
    if (const CheckedValue* value = table.find(key)) return value->text;
  }
  return std::to_string(index);
}

EffectiveValue::Item instance_of(const CheckedTable& table) {
  EffectiveValue::Item item;
  for (const CheckedValue& checked : table.values()) {
    if (checked.schema->name == "url") {
      item.text = checked.text;
      continue;
    }
    const EffectiveValue value = value_of(checked);
    if (value.same_as(default_of(*value.key))) continue;
    item.detail += fmt::format("{}{} {}", item.detail.empty() ? "" : ", ", value.name, value.text);
  }
  return item;
}

bool means_by_presence(const Key& key) {
  if (key.path.find('.') == std::string_view::npos) return false;
  return std::find(kGroups.begin(), kGroups.end(), key.path) == kGroups.end();
}

template <class Named>
void sort_by_name(std::vector<Named>& items) {
  std::sort(items.begin(), items.end(),
            [](const Named& a, const Named& b) { return a.name < b.name; });
}

template <class Named>
Named& find_or_add(std::vector<Named>& items, Named fresh) {
  for (Named& item : items) {
    if (item.name == fresh.name) return item;
  }
  return items.emplace_back(std::move(fresh));
}

Effective table_of(const CheckedTable& checked) {
  Effective table{checked.name(), checked.schema().key, false, 0, {}, {}};
  for (const CheckedValue& value : checked.values()) {
    const KeyType type = value.schema->key->type;
    if (type == KeyType::text_map || type == KeyType::integer_map) {
      table.tables.push_back(pairs_of(value));
      continue;
    }
    EffectiveValue effective = value_of(value);
    const EffectiveValue fallback = default_of(*effective.key);
    if (!fallback.name.empty() && effective.same_as(fallback)) continue;
    table.values.push_back(std::move(effective));
  }
  for (const CheckedTable& inner : checked.tables()) {
    const Key& key = *inner.schema().key;
    if (key.type == KeyType::instances) {
      EffectiveValue& list =
          find_or_add(table.values, EffectiveValue{inner.name(), &key, false, {}, true, {}});
      list.items.push_back(instance_of(inner));
    } else if (key.type == KeyType::tables) {
      Effective& list = find_or_add(table.tables, Effective{inner.name(), &key, false, 0, {}, {}});
      Effective item = table_of(inner);
      item.name = name_in_list(inner, list.tables.size());
      item.by_presence = true;
      list.tables.push_back(std::move(item));
    } else {
      Effective item = table_of(inner);
      item.by_presence = means_by_presence(key);
      table.tables.push_back(std::move(item));
    }
  }
  for (EffectiveValue& value : table.values) {
    if (value.key->type == KeyType::instances) {
      std::sort(value.items.begin(), value.items.end(),
                [](const auto& a, const auto& b) { return a.text < b.text; });
    }
  }
  sort_by_name(table.values);
  for (Effective& list : table.tables) sort_by_name(list.values);
  sort_by_name(table.tables);
  return table;
}

}  // namespace

EffectiveValue default_of(const Key& key) {
  if (key.fallback.empty()) return {};
  EffectiveValue value{std::string(last_name(key)), &key, false, {}, is_list(key.type), {}};
  if (value.is_list) {
    std::vector<std::string> items = parse_default_list(key.fallback);
    if (key.fallback.front() != '[') items.emplace_back(key.fallback);
    for (std::string& item : items) value.items.push_back({std::move(item), {}});
    settle(value);
    return value;
  }
  switch (key.type) {
    case KeyType::boolean:
    case KeyType::integer:
      value.text = key.fallback;
      break;
    case KeyType::duration:
      value.text = number_text(key.type, parse_duration(key.fallback).value_or(0ms).count());
      break;
    case KeyType::size:
      value.text =
          number_text(key.type, static_cast<std::int64_t>(parse_size(key.fallback).value_or(0)));
      break;
    default:
      value.text = in_quotes(key.fallback);
  }
  return value;
}

Effective flatten(const CheckedTable& root) {
  Effective flat = table_of(root);
  for (Effective& table : flat.tables) {
    const auto section = std::find_if(keys().begin(), keys().end(),
                                      [&](const Key& key) { return key.path == table.name; });
    table.section = static_cast<std::size_t>(section - keys().begin());
  }
  std::sort(flat.tables.begin(), flat.tables.end(),
            [](const Effective& a, const Effective& b) { return a.place() < b.place(); });
  return flat;
}

bool sounds_secret(std::string_view name) {
  const std::string text = lower(name);
  constexpr std::array<std::string_view, 8> kWords = {
      "authorization", "cookie", "secret", "password", "token", "api-key", "api_key", "apikey"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

}  // namespace gateway::config
