#include "shared/config/build.h"
#include "shared/config/values.h"

namespace gateway::config {
namespace {

Introspection build_introspection(const CheckedTable& table) {
  Introspection ask;
  ask.service = table.text("service");
  ask.path = table.text("path").value;
  ask.protocol = table.text("protocol").value == "rfc7662" ? Introspection::Protocol::rfc7662
                                                           : Introspection::Protocol::validate;
  ask.cache = table.duration("cache");
  ask.timeout = table.duration("timeout");
  ask.last_known_when_down = table.text("when_down").value == "last_known";
  ask.client_id = table.text("client_id").value;
  ask.client_secret = table.secret("client_secret");
  return ask;
}

JwtAuth build_jwt(const CheckedTable& table) {
  JwtAuth jwt;
  jwt.place = table.place();
  jwt.algorithms = words(table, "algorithms");
  jwt.secret = table.secret("secret");
  jwt.public_key_file = table.text("public_key_file");
  jwt.jwks_file = table.text("jwks_file");
  jwt.jwks_url = table.text("jwks_url");
  jwt.jwks_refresh = table.duration("jwks_refresh");
  jwt.issuer = table.text("issuer").value;
  jwt.audience = words(table, "audience");
  jwt.leeway = table.duration("leeway");
  jwt.max_token_size = table.size("max_token_size");
  jwt.cache_entries = count(table, "cache");
  jwt.roles_claim = table.text("roles_claim").value;
  jwt.scope_claim = table.text("scope_claim").value;
  if (const CheckedTable* ask = table.table("introspect"))
    jwt.introspect = build_introspection(*ask);
  jwt.forward = table.map("forward");
  return jwt;
}

IntrospectAuth build_introspect(const CheckedTable& table) {
  IntrospectAuth introspect;
  introspect.place = table.place();
  introspect.ask = build_introspection(table);
  introspect.roles_claim = table.text("roles_claim").value;
  introspect.forward = table.map("forward");
  return introspect;
}

ApiKeyAuth build_api_key(const CheckedTable& table) {
  ApiKeyAuth auth;
  auth.place = table.place();
  auth.header = table.text("header").value;
  auth.query = table.text("query").value;
  auth.forward = table.map("forward");
  for (const CheckedTable& item : table.tables()) {
    ApiKey& key = auth.keys.emplace_back();
    key.place = item.place();
    key.name = item.text("name").value;
    key.sha256 = item.text("sha256").value;
    key.roles = words(item, "roles");
    key.scopes = words(item, "scopes");
    key.expires = item.text("expires");
  }
  return auth;
}

BasicAuth build_basic(const CheckedTable& table) {
  BasicAuth auth;
  auth.place = table.place();
  auth.realm = table.text("realm").value;
  auth.forward = table.map("forward");
  for (const CheckedTable& item : table.tables()) {
    BasicUser& user = auth.users.emplace_back();
    user.place = item.place();
    user.name = item.text("name").value;
    user.hash = item.text("hash");
    user.roles = words(item, "roles");
  }
  return auth;
}

MtlsAuth build_mtls(const CheckedTable& table) {
  using User = MtlsAuth::User;
  MtlsAuth auth;
  auth.place = table.place();
  const std::string user = table.text("user").value;
  auth.user = user == "subject"  ? User::subject
              : user == "dns"    ? User::dns
              : user == "uri"    ? User::uri
              : user == "email"  ? User::email
              : user == "sha256" ? User::sha256
                                 : User::common_name;
  auth.forward = table.map("forward");
  for (const CheckedTable& item : table.tables()) {
    auth.clients.push_back(
        {item.text("name").value, words(item, "roles"), words(item, "scopes"), item.place()});
  }
  return auth;
}

}  // namespace

void build_auth(const CheckedTable& root, Config& config) {
  const CheckedTable* auth = root.table("auth");
  if (auth == nullptr) return;
  if (const CheckedTable* table = auth->table("jwt")) config.auth.jwt = build_jwt(*table);
  if (const CheckedTable* table = auth->table("introspect")) {
    config.auth.introspect = build_introspect(*table);
  }
  if (const CheckedTable* table = auth->table("api_key")) {
    config.auth.api_key = build_api_key(*table);
  }
  if (const CheckedTable* table = auth->table("basic")) config.auth.basic = build_basic(*table);
  if (const CheckedTable* table = auth->table("mtls")) config.auth.mtls = build_mtls(*table);
}

}  // namespace gateway::config
