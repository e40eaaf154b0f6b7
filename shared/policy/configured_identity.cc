#include "shared/policy/configured_identity.h"

namespace gateway::policy {
namespace {

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : separator).append(text);
  return all;
}

}  // namespace

std::shared_ptr<const Identity> configured_identity(const std::string& name,
                                                    std::string_view method,
                                                    const std::vector<std::string>& roles,
                                                    const std::vector<std::string>& scopes,
                                                    UnixMicros expires) {
  auto identity = std::make_shared<Identity>();
  identity->user = name;
  identity->method = method;
  identity->roles = roles;
  identity->scopes = scopes;
  identity->expires = expires;
  identity->claims.emplace_back("sub", name);
  if (!roles.empty()) identity->claims.emplace_back("roles", joined(roles, ","));
  if (!scopes.empty()) identity->claims.emplace_back("scope", joined(scopes, " "));
  return identity;
}

}  // namespace gateway::policy
