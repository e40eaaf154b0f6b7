#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/config/key_tree.h"
#include "shared/config/model.h"

namespace gateway::config {

// A pair of a file's table of integers.
struct NamedNumber {
  std::string name;
  std::int64_t value = 0;
  Place place;  // of the name
};

// One value that passed the checks of its key.
struct CheckedValue {
  const KeyNode* schema = nullptr;
  Place place;
  std::int64_t number = 0;  // boolean, integer, milliseconds, bytes
  std::string text;
  std::vector<Setting<std::string>> list;
  std::vector<NamedText> map;
  std::vector<NamedNumber> numbers;
};

// A table of the file after its checks: the values that passed, and the tables within. Reading a
// value that the file does not give yields the default of its key.
class CheckedTable {
 public:
  CheckedTable(const KeyNode& schema, std::string name, Place place)
      : schema_(&schema), name_(std::move(name)), place_(place) {}

  const std::string& name() const { return name_; }
  Place place() const { return place_; }
  const KeyNode& schema() const { return *schema_; }
  const std::vector<CheckedValue>& values() const { return values_; }
  std::vector<CheckedTable>& tables() { return tables_; }
  const std::vector<CheckedTable>& tables() const { return tables_; }
  // Room for as many entries as the file gives.
  void reserve(std::size_t entries) {
    (schema_->any ? tables_.reserve(entries) : values_.reserve(entries));
  }
  void add(CheckedValue value) { values_.push_back(std::move(value)); }
  // Notes that the file gives `key`, with a value that was refused. `key` must outlive this.
  void refuse(std::string_view key) { refused_.push_back(key); }

  // Whether the file gives the key or the table, be it refused.
  bool mentions(std::string_view key) const;

  // Nothing when the file does not give the key (or gave a value that was refused).
  const CheckedValue* find(std::string_view key) const;
  const CheckedTable* table(std::string_view name) const;

  // `key` must be one of this table's in keys.cc, of the type that is asked for.
  bool boolean(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  milliseconds duration(std::string_view key) const;
  std::uint64_t size(std::string_view key) const;
  Setting<std::string> text(std::string_view key) const;
  std::vector<Setting<std::string>> list(std::string_view key) const;
  std::vector<NamedText> map(std::string_view key) const;  // empty when it is not given
  Secret secret(std::string_view key) const;

 private:
  std::string_view fallback(std::string_view key) const;

  const KeyNode* schema_;
  std::string name_;
  Place place_;
  std::vector<CheckedValue> values_;
  std::vector<CheckedTable> tables_;
  std::vector<std::string_view> refused_;
};

// The items of a default such as `["a", "b"]`.
std::vector<std::string> parse_default_list(std::string_view fallback);

}  // namespace gateway::config
