#pragma once

#include <string>
#include <vector>

#include "shared/config/policies.h"
#include "shared/policy/identity.h"

namespace gateway::policy {

// What a route asks of who has been identified. Built once a snapshot; const afterwards.
struct AccessRules {
  std::vector<std::string> roles;   // one of which is needed; empty: none is
  std::vector<std::string> scopes;  // all of which are needed

  AccessRules() = default;
  explicit AccessRules(const config::RoutePolicies& route);

  bool empty() const { return roles.empty() && scopes.empty(); }
};

// Null when `who` may pass, else a static sentence for the client. Nobody passes rules that ask for
// something without being identified. Roles and scopes are compared as they stand.
const char* access_fault(const AccessRules& rules, const Identity* who);

}  // namespace gateway::policy
