#include "shared/decision/auth_plan.h"

namespace gateway::decision {
namespace {

TokenService token_service(const config::Config& config, const config::Introspection& ask,
                           const std::string& secret, const policy::ClaimNames& names) {
  std::uint32_t service = 0;
  while (service < config.services.size() && config.services[service].name != ask.service.value) {
    ++service;
  }
  return {policy::IntrospectionRules(ask, secret, names), service, ask.timeout};
}

}  // namespace

AuthPlan plan_auth(const config::Config& config, const KeyFiles& files) {
  const config::Auth& auth = config.auth;
  AuthPlan plan;
  if (auth.jwt) {
    plan.jwt.emplace(*auth.jwt);
    plan.keys_are_fetched = static_cast<bool>(auth.jwt->jwks_url.place);
    if (auth.jwt->introspect) {
      plan.jwt_introspect = token_service(config, *auth.jwt->introspect,
                                          files.jwt_introspect_secret, plan.jwt->claims);
    }
  }
  if (auth.introspect) {
    plan.introspect = token_service(config, auth.introspect->ask, files.introspect_secret,
                                    {auth.introspect->roles_claim, "scope"});
  }
  if (auth.api_key) plan.api_key.emplace(*auth.api_key);
  if (auth.basic) {
    plan.basic.emplace(*auth.basic);
    plan.basic_realm = auth.basic->realm;
  }
  if (auth.mtls) plan.mtls.emplace(*auth.mtls);
  return plan;
}

}  // namespace gateway::decision
