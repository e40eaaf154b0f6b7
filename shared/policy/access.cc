#include "shared/policy/access.h"

#include <algorithm>

namespace gateway::policy {
namespace {

bool holds(const std::vector<std::string>& owned, const std::string& asked) {
  return std::find(owned.begin(), owned.end(), asked) != owned.end();
}

}  // namespace

AccessRules::AccessRules(const config::RoutePolicies& route) {
  for (const auto& role : route.roles) roles.push_back(role.value);
  for (const auto& scope : route.scopes) scopes.push_back(scope.value);
}

const char* access_fault(const AccessRules& rules, const Identity* who) {
  if (rules.empty()) return nullptr;
  if (who == nullptr) return "this needs a user who is known";
  if (!rules.roles.empty() &&
      std::none_of(rules.roles.begin(), rules.roles.end(),
                   [&](const std::string& role) { return holds(who->roles, role); })) {
    return "this needs a role that you do not have";
  }
  const bool all = std::all_of(rules.scopes.begin(), rules.scopes.end(),
                               [&](const std::string& scope) { return holds(who->scopes, scope); });
  return all ? nullptr : "this needs a scope that your credentials do not have";
}

}  // namespace gateway::policy
