#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/config/keys.h"

namespace gateway::config {

class CheckedTable;

// One setting in a form that is the same for all spellings of the same value.
struct EffectiveValue {
  std::string name;  // as the file spells it: "secret_file" for one form of a secret
  const Key* key = nullptr;
  bool secret = false;  // it must not be shown, see fingerprint in diff.h
  std::string text;     // as TOML spells it; of a secret the secret; empty for a list

  // A list's items. Where their order means nothing they are sorted.
  struct Item {
    std::string text;
    std::string detail;  // of an instance: what it has beside its URL
    bool operator==(const Item&) const = default;
  };
  bool is_list = false;
  std::vector<Item> items;

  const std::string& place() const { return name; }
  bool same_as(const EffectiveValue& other) const {
    return text == other.text && items == other.items;
  }
};

// A config without its defaults, comments, order of tables and places: two files that lead to the
// same config are alike in this. Values and tables are in the order of their names, the sections of
// a file in that of the keys.
struct Effective {
  std::string name;
  const Key* key = nullptr;  // nothing for the root
  // Whether the table means something by being there, as a breaker does, or only holds keys.
  bool by_presence = false;
  std::size_t section = 0;  // the place of a section among the keys; 0 below
  std::vector<EffectiveValue> values;
  std::vector<Effective> tables;

  std::pair<std::size_t, std::string_view> place() const { return {section, name}; }
};

// `root` must have passed check_document without an error.
Effective flatten(const CheckedTable& root);

// What holds when the key is not given; a name that is empty: there is no default.
EffectiveValue default_of(const Key& key);

// Whether what has this name is likely a secret: Authorization, X-Api-Key, …
bool sounds_secret(std::string_view name);

}  // namespace gateway::config
