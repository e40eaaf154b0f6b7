#pragma once

#include <string>
#include <unordered_map>

#include "shared/config/report.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// Joins the documents of several files into one. Sections of the same name are joined; what stands
// within a section may be declared once, and a second declaration is reported with both places.
class Merge {
 public:
  explicit Merge(Report& report) : report_(report) {}

  void add(TomlNode document);
  TomlNode take() { return std::move(root_); }

 private:
  struct Section {
    std::size_t index = 0;  // into root_.entries
    std::unordered_map<std::string, Place> names;
  };

  void join(Section& section, TomlEntry entry);

  Report& report_;
  TomlNode root_;
  std::unordered_map<std::string, Section> sections_;
};

}  // namespace gateway::config
