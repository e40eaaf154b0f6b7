#include "shared/policy/field_changes.h"

#include <utility>

#include "shared/base/ascii.h"
#include "shared/policy/changeable_field.h"
#include "shared/policy/field_text.h"

namespace gateway::policy {
namespace {

using config::NamedText;

bool may_change(std::string_view name) {
  return unchangeable(name) == nullptr;
}

std::uint64_t bit(std::string_view name) {
  const FieldId id = identify_field(name);
  return id == FieldId::other ? 0 : std::uint64_t{1} << static_cast<unsigned>(id);
}

}  // namespace

FieldChanges::FieldChanges(const config::FieldChanges& changes) {
  for (const NamedText& pair : changes.rename) {
    if (!may_change(pair.name) || !may_change(pair.value)) continue;
    renames_.emplace_back(pair.name, pair.value);
    renamed_.add(pair.name);
  }
  for (const auto& name : changes.remove) {
    if (!may_change(*name)) continue;
    dropped_.add(*name);
    replaced_ |= bit(*name);
  }
  for (const NamedText& pair : changes.set) {
    if (!may_change(pair.name)) continue;
    // What had the name has another one by now, when it is also renamed.
    if (!renamed_.contains(pair.name)) dropped_.add(pair.name);
    replaced_ |= bit(pair.name);
    put(pair);
  }
  for (const NamedText& pair : changes.add) {
    if (may_change(pair.name)) put(pair);
  }
}

void FieldChanges::put(const NamedText& pair) {
  auto value = Template::compile(pair.value, Template::Scope::with_identity);
  if (!value || has_control(pair.value)) return;
  if (const auto text = value->fixed()) {
    if (!text->empty()) fixed_.append(pair.name).append(": ").append(*text).append("\r\n");
    return;
  }
  lines_.push_back({std::move(fixed_), pair.name + ": ", *std::move(value)});
  fixed_.clear();
}

std::string_view FieldChanges::rename_of(const Field& field) const {
  if (!renamed_.contains(field.name)) return {};
  for (const auto& [old_name, new_name] : renames_) {
    if (ascii_iequals(old_name, field.name)) return new_name;
  }
  return {};
}

void FieldChanges::append_lines(const TemplateValues& values, std::string& out) const {
  for (const Line& line : lines_) {
    out += line.before;
    const std::size_t start = out.size();
    out += line.name;
    const std::size_t value = out.size();
    if (line.value.apply(values, Escape::field, out) && out.size() > value) {
      out += "\r\n";
    } else {
      out.resize(start);
    }
  }
  out += fixed_;
}

}  // namespace gateway::policy
