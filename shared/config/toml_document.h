#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "shared/config/report.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

struct KeyPart {
  std::string name;
  Place place;
};

// A document under construction: finds and makes the tables that headers and dotted keys name, by
// the rules of TOML 1.0 about what may be declared twice. What may not goes to the report, with
// both places, and is dropped.
class TomlDocument {
 public:
  TomlDocument(TomlNode& root, Report& report) : root_(root), report_(report) { reset(); }

  // [a.b] and [[a.b]]: what follows belongs to it.
  void open_table(std::vector<KeyPart>& path, Place header);
  void open_item(std::vector<KeyPart>& path, Place header);

  // a.b = value within the table that is open.
  void set(std::vector<KeyPart>& path, TomlNode value);

  // A table and a number that stands for the way to it, from which its entries are found.
  struct Spot {
    TomlNode* node = nullptr;
    std::size_t way = 0;
  };
  // An inline table under construction.
  Spot inline_table(TomlNode& table) { return {&table, ++inline_tables_ << 32}; }
  // a.b = value within such a one.
  void set_in(Spot table, std::vector<KeyPart>& path, TomlNode value);

 private:
  void reset();
  Spot descend(Spot from, KeyPart& part, TomlNode::Origin origin);
  void insert(Spot table, std::vector<KeyPart>& path, TomlNode value);
  TomlEntry* find(const Spot& table, const std::string& name);
  TomlEntry& append(const Spot& table, KeyPart& part, TomlNode value);
  void report_twice(const KeyPart& part, Place first);

  TomlNode& root_;
  Report& report_;
  Spot open_;
  TomlNode dropped_;  // takes what stands below a header that was refused
  std::size_t inline_tables_ = 0;
  // Entries of the larger tables: hash of way and name → index. Small tables are searched.
  std::unordered_multimap<std::size_t, std::size_t> index_;
};

}  // namespace gateway::config
