#include "shared/config/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "shared/config/check_value.h"
#include "shared/config/limits.h"
#include "shared/config/suggest.h"

namespace gateway::config {
namespace {

using Kind = TomlNode::Kind;

class TableCheck {
 public:
  TableCheck(std::string_view listed, Report& report) : listed_(listed), report_(report) {}

  CheckedTable run(TomlNode& node, const KeyNode& schema, const KeyPath& path) {
    CheckedTable table(schema, std::string(path.name), node.place);
    table.reserve(node.entries.size());
    for (TomlEntry& entry : node.entries) {
      const KeyNode* key = schema.child(entry.name);
      if (key == nullptr) {
        unknown_key(entry, schema, path);
        continue;
      }
      if (key == schema.any.get() && !good_name(entry, path)) continue;
      check_entry(entry, *key, KeyPath{&path, entry.name, {}}, table);
    }
    check_required(node, schema, path);
    check_secrets(node, schema, path);
    return table;
  }

 private:
  void check_entry(TomlEntry& entry, const KeyNode& schema, const KeyPath& path,
                   CheckedTable& into) {
    const Key& key = *schema.key;
    if (entry.node.kind == Kind::refused) return;
    switch (key.type) {
      case KeyType::table:
        if (entry.node.kind != Kind::table) {
          report_wrong_type(entry.node, key, path, report_);
          into.refuse(schema.name);
          return;
        }
        into.tables().push_back(run(entry.node, schema, path));
        return;
      case KeyType::tables:
      case KeyType::instances:
        check_list(entry, schema, path, into);
        return;
      default:
        if (auto value = check_value(entry.node, schema, path, report_)) {
          into.add(std::move(*value));
        } else {
          into.refuse(schema.name);
        }
    }
  }

  // A list of tables; each becomes a table of the list's name. An instance may be its URL alone.
  void check_list(TomlEntry& entry, const KeyNode& schema, const KeyPath& path,
                  CheckedTable& into) {
    const bool urls = schema.key->type == KeyType::instances;
    if (entry.node.kind != Kind::array) {
      report_wrong_type(entry.node, *schema.key, path, report_);
      return;
    }
    const std::size_t most = urls ? kMaxInstances : kMaxListItems;
    if (entry.node.items.size() > most || (urls && entry.node.items.empty())) {
      report_.error("out-of-range", entry.node.place,
                    entry.node.items.empty()
                        ? fmt::format("{} must not be empty", path.str())
                        : fmt::format("{} must hold at most {} items", path.str(), most));
      return;
    }
    for (std::size_t i = 0; i < entry.node.items.size(); ++i) {
      TomlNode& item = entry.node.items[i];
      if (item.kind == Kind::refused) continue;
      const KeyPath item_path{path.parent, path.name, i};
      if (item.kind == Kind::table) {
        into.tables().push_back(run(item, *schema.item, item_path));
      } else if (urls && item.kind == Kind::text) {
        CheckedTable instance(*schema.item, std::string(path.name), item.place);
        const KeyNode& url = *schema.item->child("url");
        if (auto value = check_value(item, url, item_path, report_)) {
          instance.add(std::move(*value));
        }
        into.tables().push_back(std::move(instance));
      } else {
        report_.error("wrong-type", item.place,
                      fmt::format("{} must be {}, not {}", item_path.str(),
                                  urls ? "a URL or a table" : "a table", kind_name(item.kind)));
      }
    }
  }

  void unknown_key(const TomlEntry& entry, const KeyNode& schema, const KeyPath& path) {
    std::vector<std::string_view> names;
    for (const auto& child : schema.children) names.push_back(child->name);
    const std::string where = path.str();
    report_.error("unknown-key", entry.place,
                  where.empty() ? fmt::format("there is no key \"{}\"", entry.name)
                                : fmt::format("{} has no key \"{}\"", where, entry.name),
                  did_you_mean(entry.name, names, std::string(listed_)));
  }

  bool good_name(const TomlEntry& entry, const KeyPath& path) {
    if (is_name(entry.name)) return true;
    report_.error("bad-name", entry.place,
                  fmt::format("\"{}\" cannot be a name within {}", entry.name, path.str()),
                  fmt::format("expected letters, digits, _ and -, at most {}", kMaxNameLength));
    return false;
  }

  void check_required(const TomlNode& node, const KeyNode& schema, const KeyPath& path) {
    for (const auto& child : schema.children) {
      if (!child->key->required) continue;
      const bool given = std::any_of(node.entries.begin(), node.entries.end(),
                                     [&](const TomlEntry& e) { return e.name == child->name; });
      if (given) continue;
      report_.error("missing-key", node.place,
                    fmt::format("{} needs the key \"{}\"", path.str(), child->name),
                    std::string(child->key->help));
    }
  }

  // A secret stands in one place: in the value, in a file, or in a credential.
  void check_secrets(const TomlNode& node, const KeyNode& schema, const KeyPath& path) {
    for (const auto& child : schema.children) {
      const Key& key = *child->key;
      if (key.type != KeyType::secret || child->name != last_name(key)) continue;
      const TomlEntry* first = nullptr;
      for (const TomlEntry& entry : node.entries) {
        const KeyNode* form = schema.child(entry.name);
        if (form == nullptr || form->key != &key) continue;
        if (first == nullptr) {
          first = &entry;
          continue;
        }
        report_.error("several-secrets", entry.place,
                      fmt::format("{} has both {} and {}", path.str(), first->name, entry.name),
                      "keep one of them");
      }
    }
  }

  std::string_view listed_;
  Report& report_;
};

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameLength &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

CheckedTable check_document(TomlNode root, Report& report) {
  return check_document(std::move(root), key_tree(), "gatewayd.toml(5) lists all keys", report);
}

CheckedTable check_document(TomlNode root, const KeyNode& schema, std::string_view listed,
                            Report& report) {
  return TableCheck(listed, report).run(root, schema, KeyPath{});
}

}  // namespace gateway::config
