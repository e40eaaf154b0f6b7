#pragma once

#include <optional>
#include <string>

#include "shared/config/model.h"
#include "shared/decision/key_files.h"
#include "shared/policy/api_key.h"
#include "shared/policy/basic_auth.h"
#include "shared/policy/introspection.h"
#include "shared/policy/jwt.h"
#include "shared/policy/mtls.h"

namespace gateway::decision {

// A service that is asked about tokens.
struct TokenService {
  policy::IntrospectionRules rules;
  std::uint32_t service = 0;  // index into config.services
  milliseconds timeout{};
};

// The ways to authenticate of a configuration, compiled. Const once built.
struct AuthPlan {
  std::optional<policy::JwtRules> jwt;
  std::optional<TokenService> jwt_introspect;  // asked as well, once a token's signature holds
  std::optional<TokenService> introspect;
  std::optional<policy::ApiKeyRules> api_key;
  std::optional<policy::BasicRules> basic;
  std::optional<policy::MtlsRules> mtls;
  bool keys_are_fetched = false;  // auth.jwt.jwks_url
  std::string basic_realm;
};

AuthPlan plan_auth(const config::Config& config, const KeyFiles& files);

}  // namespace gateway::decision
