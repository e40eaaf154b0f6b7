#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "shared/base/ascii.h"
#include "shared/policy/changeable_field.h"
#include "shared/policy/field_changes.h"
#include "shared/policy/value_fault.h"

namespace gateway::policy {
namespace {

using config::NamedText;

// Collects what is wrong with the changes of one message.
class Check {
 public:
  Check(const config::FieldChanges& changes, Template::Scope scope, const IdentityFields& identity)
      : changes_(changes), scope_(scope), identity_(identity) {}

  std::vector<Fault> run() {
    for (const auto& name : within_bound(changes_.remove, "remove")) check_name(*name, name.place);
    for (const NamedText& pair : within_bound(changes_.rename, "rename")) check_rename(pair);
    for (const NamedText& pair : within_bound(changes_.set, "set")) check_value(pair);
    for (const NamedText& pair : within_bound(changes_.add, "add")) check_value(pair);
    if (faults_.empty()) check_together();
    return std::move(faults_);
  }

 private:
  // The list, or none of it when it is too long: one fault then says enough.
  template <class Item>
  const std::vector<Item>& within_bound(const std::vector<Item>& list, const char* what) {
    static const std::vector<Item> kNone;
    if (list.size() <= kMaxFieldChanges) return list;
    fault(list[kMaxFieldChanges].place,
          fmt::format("\"{}\" has more than {} fields", what, kMaxFieldChanges));
    return kNone;
  }

  void check_name(std::string_view name, config::Place place) {
    if (const char* why = unchangeable(name)) {
      fault(place, fmt::format("\"{}\" cannot be changed", name), why);
    }
  }

  // A name that a field is given.
  void check_new_name(std::string_view name, config::Place place) {
    check_name(name, place);
    if (identity_.covers(name)) {
      fault(place, fmt::format("\"{}\" tells upstreams who the user is", name),
            "it is written as \"forward\" of the auth section says");
    }
  }

  void check_rename(const NamedText& pair) {
    check_name(pair.name, pair.place);
    check_new_name(pair.value, pair.place);
  }

  void check_value(const NamedText& pair) {
    check_new_name(pair.name, pair.place);
    if (auto found = value_fault(pair, scope_)) faults_.push_back(*std::move(found));
  }

  void check_together() {
    for (std::size_t i = 0; i < changes_.remove.size(); ++i) check_removed(i);
    check_twice(changes_.rename);
    check_twice(changes_.set);
    check_twice(changes_.add);
    for (const NamedText& rename : changes_.rename) check_renamed(rename);
  }

  void check_removed(std::size_t at) {
    const auto& name = changes_.remove[at];
    for (std::size_t i = 0; i < at; ++i) {
      if (ascii_iequals(*changes_.remove[i], *name)) twice(*name, name.place);
    }
    if (const NamedText* set = find(changes_.set, *name)) {
      fault(set->place, fmt::format("\"{}\" is both removed and set", *name),
            "set alone replaces what is there");
    }
    if (const NamedText* rename = find(changes_.rename, *name)) {
      fault(rename->place, fmt::format("\"{}\" is removed before it could be renamed", *name));
    }
  }

  void check_renamed(const NamedText& rename) {
    if (find(changes_.set, rename.value) != nullptr) {
      fault(rename.place, fmt::format("\"{}\" becomes \"{}\", which is then set to something else",
                                      rename.name, rename.value));
    }
    const NamedText* next = find(changes_.rename, rename.value);
    if (next != nullptr && next != &rename) {
      fault(rename.place, fmt::format("\"{}\" becomes \"{}\", which is renamed as well",
                                      rename.name, rename.value));
    }
  }

  void check_twice(const std::vector<NamedText>& list) {
    for (const NamedText& pair : list) {
      if (find(list, pair.name) != &pair) twice(pair.name, pair.place);
    }
  }

  void twice(std::string_view name, config::Place place) {
    fault(place, fmt::format("\"{}\" is named twice", name), "names compare without case");
  }

  static const NamedText* find(const std::vector<NamedText>& list, std::string_view name) {
    const auto found = std::find_if(list.begin(), list.end(), [name](const NamedText& pair) {
      return ascii_iequals(pair.name, name);
    });
    return found == list.end() ? nullptr : &*found;
  }

  void fault(config::Place place, std::string message, std::string hint = {}) {
    faults_.push_back({place, 0, std::move(message), std::move(hint)});
  }

  const config::FieldChanges& changes_;
  Template::Scope scope_;
  const IdentityFields& identity_;
  std::vector<Fault> faults_;
};

}  // namespace

std::vector<Fault> FieldChanges::faults(const config::FieldChanges& changes, Template::Scope scope,
                                        const IdentityFields& identity) {
  return Check(changes, scope, identity).run();
}

}  // namespace gateway::policy
