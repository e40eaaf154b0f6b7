#include "shared/config/toml_document.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace gateway::config {
namespace {

using Kind = TomlNode::Kind;
using Origin = TomlNode::Origin;

constexpr std::size_t kSearched = 16;  // entries up to which a search beats the index

std::size_t step(std::size_t way, std::size_t next) {
  return way * 0x9e3779b97f4a7c15ull + next + (way >> 29);
}

std::size_t hash(std::size_t way, const std::string& name) {
  return step(way, std::hash<std::string>()(name));
}

}  // namespace

void TomlDocument::reset() {
  open_ = {&root_, 1};
}

TomlEntry* TomlDocument::find(const Spot& table, const std::string& name) {
  std::vector<TomlEntry>& entries = table.node->entries;
  if (entries.size() <= kSearched) {
    for (TomlEntry& entry : entries) {
      if (entry.name == name) return &entry;
    }
    return nullptr;
  }
  const auto [first, last] = index_.equal_range(hash(table.way, name));
  for (auto found = first; found != last; ++found) {
    if (found->second < entries.size() && entries[found->second].name == name) {
      return &entries[found->second];
    }
  }
  return nullptr;
}

TomlEntry& TomlDocument::append(const Spot& table, KeyPart& part, TomlNode value) {
  std::vector<TomlEntry>& entries = table.node->entries;
  if (entries.empty()) entries.reserve(4);
  entries.push_back({std::move(part.name), part.place, std::move(value)});
  if (entries.size() == kSearched + 1) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      index_.emplace(hash(table.way, entries[i].name), i);
    }
  } else if (entries.size() > kSearched) {
    index_.emplace(hash(table.way, entries.back().name), entries.size() - 1);
  }
  return entries.back();
}

void TomlDocument::report_twice(const KeyPart& part, Place first) {
  report_.error("duplicate-name", part.place,
                fmt::format("\"{}\" is declared twice; the first stands at {}", part.name,
                            report_.describe(first)),
                "rename or remove one of the two");
}

// The table `part` of `from`, made when it is missing; nothing when it may not be added to.
TomlDocument::Spot TomlDocument::descend(Spot from, KeyPart& part, Origin origin) {
  const std::size_t way = hash(from.way, part.name);
  TomlEntry* entry = find(from, part.name);
  if (entry == nullptr) {
    TomlNode table;
    table.origin = origin;
    table.place = part.place;
    return {&append(from, part, std::move(table)).node, way};
  }
  TomlNode& node = entry->node;
  if (origin == Origin::implied && node.origin == Origin::appended) {
    return {&node.items.back(), step(way, node.items.size())};
  }
  const bool may_add = node.kind == Kind::table && node.origin != Origin::value &&
                       (origin == Origin::implied || node.origin == Origin::dotted);
  if (may_add) return {&node, way};
  report_twice(part, entry->place);
  return {};
}

void TomlDocument::open_table(std::vector<KeyPart>& path, Place header) {
  reset();
  for (std::size_t i = 0; i + 1 < path.size() && open_.node != nullptr; ++i) {
    open_ = descend(open_, path[i], Origin::implied);
  }
  KeyPart& last = path.back();
  if (open_.node != nullptr) {
    const std::size_t way = hash(open_.way, last.name);
    TomlEntry* entry = find(open_, last.name);
    if (entry == nullptr) {
      TomlNode table;
      table.origin = Origin::header;
      table.place = header;
      open_ = {&append(open_, last, std::move(table)).node, way};
      return;
    }
    if (entry->node.kind == Kind::table && entry->node.origin == Origin::implied) {
      entry->node.origin = Origin::header;
      entry->node.place = header;
      open_ = {&entry->node, way};
      return;
    }
    report_twice(last, entry->place);
  }
  dropped_ = {};
  open_ = {&dropped_, 0};
}

void TomlDocument::open_item(std::vector<KeyPart>& path, Place header) {
  reset();
  for (std::size_t i = 0; i + 1 < path.size() && open_.node != nullptr; ++i) {
    open_ = descend(open_, path[i], Origin::implied);
  }
  KeyPart& last = path.back();
  if (open_.node != nullptr) {
    const std::size_t way = hash(open_.way, last.name);
    TomlEntry* entry = find(open_, last.name);
    if (entry == nullptr) {
      TomlNode list;
      list.kind = Kind::array;
      list.origin = Origin::appended;
      list.place = header;
      entry = &append(open_, last, std::move(list));
    }
    if (entry->node.origin == Origin::appended) {
      TomlNode item;
      item.origin = Origin::header;
      item.place = header;
      entry->node.items.push_back(std::move(item));
      open_ = {&entry->node.items.back(), step(way, entry->node.items.size())};
      return;
    }
    report_twice(last, entry->place);
  }
  dropped_ = {};
  open_ = {&dropped_, 0};
}

void TomlDocument::insert(Spot table, std::vector<KeyPart>& path, TomlNode value) {
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    table = descend(table, path[i], Origin::dotted);
    if (table.node == nullptr) return;
  }
  if (const TomlEntry* first = find(table, path.back().name)) {
    report_twice(path.back(), first->place);
    return;
  }
  append(table, path.back(), std::move(value));
}

void TomlDocument::set(std::vector<KeyPart>& path, TomlNode value) {
  insert(open_, path, std::move(value));
}

void TomlDocument::set_in(Spot table, std::vector<KeyPart>& path, TomlNode value) {
  insert(table, path, std::move(value));
}

}  // namespace gateway::config
