#include "gatewayd/config_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "shared/config/json_tree.h"
#include "shared/config/toml_edit.h"

namespace gateway {
namespace {

using config::NamedObject;
using control::ObjectEdit;
using control::Refusal;

const NamedObject* find(const std::vector<NamedObject>& objects, std::string_view name) {
  const auto found = std::find_if(objects.begin(), objects.end(),
                                  [&](const NamedObject& object) { return object.name == name; });
  return found == objects.end() ? nullptr : &*found;
}

Refusal elsewhere(const ObjectEdit& edit, const NamedObject& object) {
  return {409,
          fmt::format("{}.{} is declared at {}:{}, which the control API does not write: change "
                      "it there",
                      edit.section, object.name, object.file, object.line)};
}

std::optional<Refusal> refuse_kind(const ObjectEdit& edit, const std::string& name,
                                   const NamedObject* before, const std::string& path) {
  if (edit.kind == ObjectEdit::Kind::add && before != nullptr) {
    return Refusal{409,
                   fmt::format("{}.{} is declared already, at {}:{}", edit.section, name,
                               before->file, before->line),
                   {{"/name", "this name is taken"}}};
  }
  if (edit.kind != ObjectEdit::Kind::add && before == nullptr) {
    return Refusal{404, fmt::format("the running configuration has no {}.{}", edit.section, name)};
  }
  if (before != nullptr && before->file != path) return elsewhere(edit, *before);
  return std::nullopt;
}

Result<std::string, Refusal> done(const Result<std::string, config::EditFault>& changed,
                                  const std::string& path) {
  if (!changed) {
    return Refusal{409, fmt::format("{} cannot be edited: {}", path, changed.error().reason)};
  }
  return *changed;
}

Result<std::string, Refusal> put(const ObjectEdit& edit, config::ObjectBody object,
                                 const NamedObject* before, const std::string& path,
                                 const std::string& text) {
  std::vector<control::FieldFault> faults;
  for (auto& fault : restore_hidden(object.table, before == nullptr ? nullptr : &before->node)) {
    faults.push_back({std::move(fault.pointer), std::move(fault.message)});
  }
  if (!faults.empty()) return Refusal{400, faults.front().detail, faults};
  return done(config::put_table(text, edit.section, object.name, object.table), path);
}

// All of the section: what another file declares must be among them, as it is.
Result<std::string, Refusal> replace_all(const ObjectEdit& edit,
                                         const std::vector<NamedObject>& objects,
                                         const std::string& path, std::string text) {
  for (const NamedObject& object : objects) {
    const bool stays = std::any_of(edit.objects.begin(), edit.objects.end(),
                                   [&](const auto& wanted) { return wanted.name == object.name; });
    if (stays) continue;
    if (object.file != path) return elsewhere(edit, object);
    auto changed = done(config::remove_table(text, edit.section, object.name), path);
    if (!changed) return changed.error();
    text = std::move(*changed);
  }
  for (const config::ObjectBody& wanted : edit.objects) {
    const NamedObject* before = find(objects, wanted.name);
    if (before != nullptr && before->file != path) {
      config::TomlNode table = wanted.table;
      restore_hidden(table, &before->node);
      using config::Secrets;
      if (to_json(table, Secrets::shown) == to_json(before->node, Secrets::shown)) continue;
      return elsewhere(edit, *before);
    }
    auto changed = put(edit, wanted, before, path, text);
    if (!changed) return changed.error();
    text = std::move(*changed);
  }
  return text;
}

}  // namespace

Result<std::string, Refusal> edit_text(const ObjectEdit& edit,
                                       const std::vector<NamedObject>& objects,
                                       const std::string& path, std::string text) {
  if (edit.kind == ObjectEdit::Kind::replace_all) {
    return replace_all(edit, objects, path, std::move(text));
  }
  const config::ObjectBody& object = edit.objects.front();
  const NamedObject* before = find(objects, object.name);
  if (auto refused = refuse_kind(edit, object.name, before, path)) return *refused;
  if (edit.kind == ObjectEdit::Kind::remove) {
    return done(config::remove_table(text, edit.section, object.name), path);
  }
  return put(edit, object, before, path, text);
}

bool changes_nothing(const config::Candidate& candidate,
                     const std::vector<config::SourceFile>& serving) {
  if (candidate.text != serving.front().text) return false;
  return std::all_of(candidate.included.begin(), candidate.included.end(), [&](const auto& file) {
    return std::any_of(serving.begin(), serving.end(), [&](const auto& now) {
      return now.path == file.path && now.text == file.text;
    });
  });
}

}  // namespace gateway
