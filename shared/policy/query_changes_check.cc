#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "shared/policy/field_text.h"
#include "shared/policy/query_changes.h"
#include "shared/policy/value_fault.h"

namespace gateway::policy {
namespace {

using config::NamedText;

class Check {
 public:
  Check(const config::QueryChanges& changes, Template::Scope scope)
      : changes_(changes), scope_(scope) {}

  std::vector<Fault> run() {
    if (changes_.remove.size() > kMaxQueryChanges) {
      too_many(changes_.remove[kMaxQueryChanges].place);
    } else if (changes_.set.size() > kMaxQueryChanges) {
      too_many(changes_.set[kMaxQueryChanges].place);
    } else {
      for (std::size_t i = 0; i < changes_.remove.size(); ++i) check_removed(i);
      for (const NamedText& pair : changes_.set) check_set(pair);
    }
    return std::move(faults_);
  }

 private:
  void too_many(config::Place place) {
    fault(place, fmt::format("more than {} query parameters are changed", kMaxQueryChanges));
  }

  void check_name(std::string_view name, config::Place place) {
    if (const char* why = parameter_fault(name)) {
      fault(place, fmt::format("\"{}\" is no parameter that can be changed", name), why);
    }
  }

  void check_removed(std::size_t at) {
    const auto& name = changes_.remove[at];
    check_name(*name, name.place);
    const auto end = changes_.remove.begin() + static_cast<std::ptrdiff_t>(at);
    if (std::any_of(changes_.remove.begin(), end, [&](const auto& o) { return *o == *name; })) {
      fault(name.place, fmt::format("\"{}\" is named twice", *name));
    }
  }

  void check_set(const NamedText& pair) {
    check_name(pair.name, pair.place);
    const auto same = [&](const auto& other) { return *other == pair.name; };
    if (std::any_of(changes_.remove.begin(), changes_.remove.end(), same)) {
      fault(pair.place, fmt::format("\"{}\" is both removed and set", pair.name),
            "set alone replaces what is there");
    }
    if (auto found = value_fault(pair, scope_)) faults_.push_back(*std::move(found));
  }

  void fault(config::Place place, std::string message, std::string hint = {}) {
    faults_.push_back({place, 0, std::move(message), std::move(hint)});
  }

  const config::QueryChanges& changes_;
  Template::Scope scope_;
  std::vector<Fault> faults_;
};

}  // namespace

const char* parameter_fault(std::string_view name) {
  if (name.empty()) return "expected the name of a query parameter";
  if (name.size() > kMaxParameterNameBytes) return "the name has at most 128 bytes";
  if (has_control(name)) return "the name holds a control character";
  return nullptr;
}

std::vector<Fault> QueryChanges::faults(const config::QueryChanges& changes,
                                        Template::Scope scope) {
  return Check(changes, scope).run();
}

}  // namespace gateway::policy
