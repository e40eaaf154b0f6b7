#include "shared/config/object_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "shared/config/check.h"
#include "shared/config/json_tree.h"
#include "shared/config/limits.h"
#include "shared/config/report.h"
#include "shared/config/substitute.h"

namespace gateway::config {
namespace {

using nlohmann::json;
using Kind = TomlNode::Kind;
using Faults = std::vector<BodyFault>;

constexpr std::array<std::string_view, 4> kTold = {"file", "line", "format", "revision"};

// Parses, and notices names that stand twice in an object.
class Parsing {
 public:
  Result<json, Faults> run(std::string_view text) {
    using Event = json::parse_event_t;
    const auto each = [this](int depth, Event event, json& value) {
      if (depth > static_cast<int>(kMaxNesting) + 2) too_deep_ = true;
      if (event == Event::object_start) names_.emplace_back();
      if (event == Event::object_end) names_.pop_back();
      if (event == Event::key) note(value.get_ref<const std::string&>());
      return !too_deep_;
    };
    json document;
    try {
      document = json::parse(text, each);
    } catch (const json::parse_error& error) {
      return Faults{{"", fmt::format("this is not valid JSON, at byte {}", error.byte)}};
    } catch (const json::exception& error) {
      return Faults{{"", "this is not valid JSON"}};
    }
    if (too_deep_) return Faults{{"", "values nest too deeply"}};
    if (!twice_.empty()) return twice_;
    return document;
  }

 private:
  void note(const std::string& name) {
    if (!names_.back().insert(name).second) {
      twice_.push_back({"", fmt::format("\"{}\" stands twice in one object", name)});
    }
  }

  std::vector<std::set<std::string>> names_;
  Faults twice_;
  bool too_deep_ = false;
};

TomlEntry* find(TomlNode& table, std::string_view name) {
  for (TomlEntry& entry : table.entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

void refuse_null(const TomlNode& node, const std::vector<std::string>& pointers, Faults& faults) {
  if (node.kind == Kind::refused) {
    faults.push_back({pointers[node.place.line - 1],
                      "this must be a value: leave a key out that is "
                      "not to be set"});
  }
  for (const TomlNode& item : node.items) refuse_null(item, pointers, faults);
  for (const TomlEntry& entry : node.entries) refuse_null(entry.node, pointers, faults);
}

// Takes the name out of an object.
std::string take_name(TomlNode& object, const std::string& pointer, Faults& faults) {
  TomlEntry* entry = find(object, "name");
  if (entry == nullptr) return {};
  std::string name = entry->node.text;
  if (entry->node.kind != Kind::text || !is_name(name)) {
    faults.push_back(
        {pointer + "/name",
         fmt::format("a name has letters, digits, _ and -, at most {}", kMaxNameLength)});
    name.clear();
  }
  object.entries.erase(object.entries.begin() + (entry - object.entries.data()));
  return name;
}

// Checks a table as a file's, under a name that stands for it in messages.
void check_table(const TomlNode& table, std::string_view section, const std::string& name,
                 const std::vector<std::string>& pointers, const Environment& environment,
                 Faults& faults) {
  const std::vector<SourceFile> files{{"body", {}}};
  Report report(files);
  TomlNode root;
  TomlNode tables;
  TomlNode copy = table;
  root.place = tables.place = table.place;
  substitute(copy, environment, report);
  tables.entries.push_back({name, table.place, std::move(copy)});
  root.entries.push_back({std::string(section), table.place, std::move(tables)});
  check_document(std::move(root), report);
  for (const Diagnostic& item : report.take()) {
    if (item.severity != Severity::error) continue;
    const std::uint32_t line = item.place.line;
    std::string message = item.message;
    if (!item.hint.empty()) message += "; " + item.hint;
    faults.push_back({line == 0 || line > pointers.size() ? std::string() : pointers[line - 1],
                      std::move(message)});
  }
}

ObjectBody read_object(TomlNode object, std::string_view section,
                       const std::vector<std::string>& pointers, const Environment& environment,
                       Faults& faults) {
  const std::string pointer = pointers[object.place.line - 1];
  if (object.kind != Kind::table) {
    faults.push_back({pointer, "this must be an object"});
    return {};
  }
  refuse_null(object, pointers, faults);
  std::erase_if(object.entries, [](const TomlEntry& entry) {
    return std::find(kTold.begin(), kTold.end(), entry.name) != kTold.end();
  });
  std::string name = take_name(object, pointer, faults);
  check_table(object, section, name.empty() ? "NAME" : name, pointers, environment, faults);
  return {std::move(name), std::move(object)};
}

void restore(TomlNode& node, const TomlNode* before, const std::string& pointer, Faults& faults) {
  if (node.kind == Kind::text && node.text == kHidden) {
    if (before != nullptr && before->kind == Kind::text) {
      node.text = before->text;
    } else {
      faults.push_back({pointer, fmt::format("\"{}\" stands for a secret that is not there: give "
                                             "its value",
                                             kHidden)});
    }
  }
  for (TomlEntry& entry : node.entries) {
    const TomlNode* old = nullptr;
    if (before != nullptr) {
      for (const TomlEntry& candidate : before->entries) {
        if (candidate.name == entry.name) old = &candidate.node;
      }
    }
    restore(entry.node, old, pointer + "/" + pointer_part(entry.name), faults);
  }
}

}  // namespace

Result<ObjectBody, Faults> read_object_body(std::string_view body, std::string_view section,
                                            const Environment& environment) {
  const auto document = Parsing().run(body);
  if (!document) return document.error();
  std::vector<std::string> pointers;
  Faults faults;
  ObjectBody object =
      read_object(from_json(*document, pointers), section, pointers, environment, faults);
  if (!faults.empty()) return faults;
  return object;
}

Result<std::vector<ObjectBody>, Faults> read_object_list(std::string_view body,
                                                         std::string_view member,
                                                         std::string_view section,
                                                         const Environment& environment) {
  const auto document = Parsing().run(body);
  if (!document) return document.error();
  std::vector<std::string> pointers;
  TomlNode root = from_json(*document, pointers);
  Faults faults;
  TomlEntry* list = root.kind == Kind::table ? find(root, member) : nullptr;
  if (list == nullptr || list->node.kind != Kind::array) {
    return Faults{{list == nullptr ? std::string() : "/" + std::string(member),
                   fmt::format("the body is an object with a list \"{}\"", member)}};
  }
  for (const TomlEntry& entry : root.entries) {
    const bool is_told = std::find(kTold.begin(), kTold.end(), entry.name) != kTold.end();
    if (is_told || entry.name == member) continue;
    faults.push_back(
        {pointers[entry.place.line - 1], fmt::format("there is no \"{}\" here", entry.name)});
  }
  std::vector<ObjectBody> objects;
  std::set<std::string> names;
  for (TomlNode& item : list->node.items) {
    const std::string pointer = pointers[item.place.line - 1];
    objects.push_back(read_object(std::move(item), section, pointers, environment, faults));
    const std::string& name = objects.back().name;
    if (name.empty()) {
      faults.push_back({pointer + "/name", "a name is needed"});
    } else if (!names.insert(name).second) {
      faults.push_back({pointer + "/name", fmt::format("\"{}\" is there twice", name)});
    }
  }
  if (!faults.empty()) return faults;
  return objects;
}

Faults restore_hidden(TomlNode& table, const TomlNode* before) {
  Faults faults;
  restore(table, before, "", faults);
  return faults;
}

}  // namespace gateway::config
