#include "shared/config/merge.h"

#include <fmt/format.h>

namespace gateway::config {

void Merge::join(Section& section, TomlEntry entry) {
  TomlEntry& into = root_.entries[section.index];
  if (into.node.kind != TomlNode::Kind::table || entry.node.kind != TomlNode::Kind::table) {
    report_.error("duplicate-name", entry.place,
                  fmt::format("\"{}\" is declared twice; the first stands at {}", entry.name,
                              report_.describe(into.place)),
                  "rename or remove one of the two");
    return;
  }
  for (TomlEntry& inner : entry.node.entries) {
    const auto [first, is_new] = section.names.emplace(inner.name, inner.place);
    if (is_new) {
      into.node.entries.push_back(std::move(inner));
      continue;
    }
    report_.error("duplicate-name", inner.place,
                  fmt::format("\"{}.{}\" is declared twice; the first stands at {}", entry.name,
                              inner.name, report_.describe(first->second)),
                  "rename or remove one of the two");
  }
}

void Merge::add(TomlNode document) {
  if (root_.place.line == 0) root_.place = document.place;
  for (TomlEntry& entry : document.entries) {
    // Each file may state the version of its format.
    const auto known = sections_.find(entry.name);
    if (known != sections_.end() && entry.name != "version") {
      join(known->second, std::move(entry));
      continue;
    }
    Section section;
    section.index = root_.entries.size();
    for (const TomlEntry& inner : entry.node.entries) {
      section.names.emplace(inner.name, inner.place);
    }
    sections_.emplace(entry.name, std::move(section));
    root_.entries.push_back(std::move(entry));
  }
}

}  // namespace gateway::config
