#include "shared/config/toml_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "shared/config/json_tree.h"
#include "shared/config/report.h"
#include "shared/config/toml_lines.h"
#include "shared/config/toml_parse.h"
#include "shared/config/toml_write.h"

namespace gateway::config {
namespace {

using nlohmann::json;
using Path = std::vector<std::string>;

json as_json(const TomlNode& node) {
  return to_json(node, Secrets::shown);
}

const TomlNode* find(const TomlNode& table, std::string_view name) {
  for (const TomlEntry& entry : table.entries) {
    if (entry.name == name) return &entry.node;
  }
  return nullptr;
}

std::string assignment(std::span<const std::string> path, const TomlNode& value) {
  std::string key;
  for (const std::string& part : path) key += (key.empty() ? "" : ".") + toml_key(part);
  return fmt::format("{} = {}\n", key, toml_value(value));
}

std::string header(const Path& path) {
  return fmt::format("[{}.{}]\n", toml_key(path[0]), toml_key(path[1]));
}

std::string paragraph(const Path& path, const TomlNode& table) {
  std::string lines = header(path);
  for (const TomlEntry& entry : table.entries) {
    lines += assignment(std::span(&entry.name, 1), entry.node);
  }
  return lines;
}

// A valid text, read.
struct Document {
  TomlNode root;
  std::vector<TomlStatement> statements;
};

std::optional<Document> read(const std::string& text) {
  const std::vector<SourceFile> files{{"", text}};
  Report report(files);
  Document document;
  auto root = parse_toml(text, 0, report, &document.statements);
  if (!root || report.errors() > 0) return std::nullopt;
  document.root = std::move(*root);
  return document;
}

// What a document says; a section without a table is none.
json meaning(json document) {
  for (auto entry = document.begin(); entry != document.end();) {
    entry = (entry->is_object() || entry->is_null()) && entry->empty() ? document.erase(entry)
                                                                       : std::next(entry);
  }
  return document;
}

// With the table in it, or without.
json with_table(const TomlNode& root, const Path& path, const TomlNode* table) {
  json out = as_json(root);
  json& section = out[path[0]];
  if (table != nullptr) {
    section[path[1]] = as_json(*table);
  } else if (section.is_object()) {
    section.erase(path[1]);
  }
  return meaning(std::move(out));
}

bool says(const std::string& text, const json& wanted) {
  const auto document = read(text);
  return document && meaning(as_json(document->root)) == wanted;
}

// One change of one table in one text.
class TableEdit {
 public:
  TableEdit(const std::string& text, Document document, Path path)
      : root_(std::move(document.root)),
        lines_(text, std::move(document.statements)),
        path_(std::move(path)),
        own_(lines_.below(path_)) {}

  // It is written out somewhere within a value: [routes] x = …, or routes = { x = … }.
  const TomlStatement* value_around() const {
    for (const TomlStatement& statement : lines_.statements()) {
      if (!statement.is_header && statement.path.size() <= path_.size() &&
          starts_with(path_, statement.path)) {
        return &statement;
      }
    }
    return nullptr;
  }

  std::string put(const TomlNode& table) {
    if (const TomlStatement* around = value_around()) {
      write_around(*around, &table);
    } else if (own_.empty()) {
      lines_.append(paragraph(path_, table));
    } else {
      change(table);
    }
    return lines_.apply();
  }

  std::string remove() {
    const TomlStatement* around = value_around();
    if (around != nullptr && around->path.size() < path_.size()) {
      write_around(*around, nullptr);
      return lines_.apply();
    }
    for (std::size_t i = 0; i < own_.size();) {
      std::size_t last = i;
      while (last + 1 < own_.size() && own_[last + 1] == own_[last] + 1) ++last;
      lines_.erase_run(own_[i], own_[last]);
      i = last + 1;
    }
    return lines_.apply();
  }

 private:
  void write_around(const TomlStatement& around, const TomlNode* table) {
    const auto index = static_cast<std::size_t>(&around - lines_.statements().data());
    if (around.path.size() == path_.size()) {
      lines_.replace_value(index, toml_value(*table));
      return;
    }
    TomlNode section = *find(root_, path_[0]);
    const auto found = std::find_if(section.entries.begin(), section.entries.end(),
                                    [&](const TomlEntry& entry) { return entry.name == path_[1]; });
    if (table == nullptr) {
      if (found != section.entries.end()) section.entries.erase(found);
    } else if (found != section.entries.end()) {
      found->node = *table;
    } else {
      section.entries.push_back({path_[1], {}, *table});
    }
    lines_.replace_value(index, toml_value(section));
  }

  // Key by key, so that what does not change keeps its form.
  void change(const TomlNode& table) {
    const TomlNode* section = find(root_, path_[0]);
    const TomlNode* before = section == nullptr ? nullptr : find(*section, path_[1]);
    std::vector<const TomlEntry*> fresh;
    std::vector<std::size_t> erased;
    for (const TomlEntry& old : before->entries) {
      if (find(table, old.name) == nullptr) erase_key(old.name, erased);
    }
    for (const TomlEntry& entry : table.entries) {
      const TomlNode* old = find(*before, entry.name);
      if (old != nullptr && as_json(*old) == as_json(entry.node)) continue;
      if (old == nullptr || !replace_key(entry, erased)) fresh.push_back(&entry);
    }
    if (!fresh.empty()) insert(fresh, erased);
  }

  std::vector<std::size_t> of_key(const std::string& key) const {
    Path whole = path_;
    whole.push_back(key);
    return lines_.below(whole);
  }

  void erase_key(const std::string& key, std::vector<std::size_t>& erased) {
    for (const std::size_t index : of_key(key)) {
      lines_.erase(index);
      erased.push_back(index);
    }
  }

  // False: it is spread over several statements, which are gone now.
  bool replace_key(const TomlEntry& entry, std::vector<std::size_t>& erased) {
    const auto found = of_key(entry.name);
    const auto& statements = lines_.statements();
    if (found.size() == 1 && !statements[found[0]].is_header &&
        statements[found[0]].path.size() == path_.size() + 1) {
      lines_.replace_value(found[0], toml_value(entry.node));
      return true;
    }
    erase_key(entry.name, erased);
    return false;
  }

  // Behind the last key that stands right below the table's header or, without one, behind the last
  // of the dotted keys that make it.
  void insert(const std::vector<const TomlEntry*>& fresh, const std::vector<std::size_t>& erased) {
    const auto& statements = lines_.statements();
    std::optional<std::size_t> anchor;
    for (const std::size_t index : own_) {
      const TomlStatement& statement = statements[index];
      const bool is_own_header = statement.is_header && statement.path.size() == path_.size();
      const bool is_direct = !statement.is_header && statement.open <= path_.size();
      if (is_own_header || is_direct) anchor = index;
    }
    std::string lines;
    const std::size_t open = anchor ? statements[*anchor].open : path_.size();
    for (const TomlEntry* entry : fresh) {
      Path key(path_.begin() + static_cast<std::ptrdiff_t>(std::min(open, path_.size())),
               path_.end());
      key.push_back(entry->name);
      lines += assignment(key, entry->node);
    }
    if (!anchor) {
      lines_.insert_before(own_.front(), header(path_) + lines);
    } else if (std::find(erased.begin(), erased.end(), *anchor) != erased.end()) {
      lines_.insert_before(*anchor, lines);
    } else {
      lines_.insert_after(*anchor, lines);
    }
  }

  const TomlNode root_;
  TomlLines lines_;
  const Path path_;
  const std::vector<std::size_t> own_;  // statements of the table
};

EditFault not_possible(const Path& path) {
  return {
      fmt::format("the file writes {}.{} in a way that cannot be changed without changing the "
                  "rest: write it as [{}.{}]",
                  path[0], path[1], path[0], path[1])};
}

}  // namespace

Result<std::string, EditFault> put_table(const std::string& text, std::string_view section,
                                         std::string_view name, const TomlNode& table) {
  const Path path{std::string(section), std::string(name)};
  const auto document = read(text);
  if (!document) return EditFault{"the file is not valid TOML"};
  const json wanted = with_table(document->root, path, &table);
  std::string changed = TableEdit(text, *document, path).put(table);
  if (says(changed, wanted)) return changed;
  // However it was written, it can be taken out and added anew.
  const auto without = remove_table(text, section, name);
  if (!without) return without.error();
  changed = TableEdit(*without, *read(*without), path).put(table);
  if (says(changed, wanted)) return changed;
  return not_possible(path);
}

Result<std::string, EditFault> remove_table(const std::string& text, std::string_view section,
                                            std::string_view name) {
  const Path path{std::string(section), std::string(name)};
  const auto document = read(text);
  if (!document) return EditFault{"the file is not valid TOML"};
  std::string changed = TableEdit(text, *document, path).remove();
  if (!says(changed, with_table(document->root, path, nullptr))) return not_possible(path);
  return changed;
}

}  // namespace gateway::config
