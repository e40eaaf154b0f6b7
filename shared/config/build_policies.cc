#include <algorithm>

#include "shared/config/build.h"
#include "shared/config/values.h"

namespace gateway::config {
namespace {

Adaptive build_adaptive(const CheckedTable& table) {
  Adaptive adaptive;
  if (table.find("lag") != nullptr) adaptive.lag = table.duration("lag");
  if (table.find("p99") != nullptr) adaptive.p99 = table.duration("p99");
  if (table.find("cpu") != nullptr) adaptive.cpu = count(table, "cpu");
  adaptive.floor = count(table, "floor");
  return adaptive;
}

Limit build_limit(const CheckedTable& table) {
  Limit limit;
  limit.name = table.name();
  limit.place = table.place();
  limit.key = table.list("key");
  limit.limit = count(table, "limit");
  limit.window = table.duration("window");
  limit.burst = count(table, "burst");
  limit.cost = count(table, "cost");
  limit.ipv6_prefix = static_cast<std::uint8_t>(table.integer("ipv6_prefix"));
  if (table.text("algorithm").value == "token_bucket") {
    limit.algorithm = Limit::Algorithm::token_bucket;
  }
  limit.observe = table.text("mode").value == "observe";
  limit.paths = table.list("paths");
  if (const CheckedTable* adaptive = table.table("adaptive")) {
    limit.adaptive = build_adaptive(*adaptive);
  }
  return limit;
}

Cors build_cors(const CheckedTable& table) {
  Cors cors;
  cors.name = table.name();
  cors.place = table.place();
  cors.origins = table.list("origins");
  cors.methods = words(table, "methods");
  cors.headers = table.list("headers");
  cors.expose = words(table, "expose");
  cors.credentials = table.boolean("credentials");
  cors.private_network = table.boolean("private_network");
  cors.max_age = table.duration("max_age");
  return cors;
}

ThreatMode threat_mode(const std::string& word) {
  if (word == "block") return ThreatMode::block;
  return word == "observe" ? ThreatMode::observe : ThreatMode::off;
}

SecurityHeaders security_headers(const CheckedTable& table) {
  return {table.text("headers").value == "strict", table.map("headers")};
}

ThreatRule build_threat_rule(const CheckedTable& table) {
  return {table.text("id").value, table.text("pattern"), words(table, "in"), table.place()};
}

Security build_security(const CheckedTable& table) {
  Security security;
  security.headers = security_headers(table);
  security.threats = threat_mode(table.text("threats").value);
  security.threat_headers = words(table, "threat_headers");
  security.threat_body = table.size("threat_body");
  security.threat_disable = table.list("threat_disable");
  for (const CheckedTable& item : table.tables()) {
    security.threat_rules.push_back(build_threat_rule(item));
  }
  security.allow = networks(table, "allow");
  security.deny = networks(table, "deny");
  security.csrf_cookie = table.text("csrf_cookie").value;
  security.csrf_header = table.text("csrf_header").value;
  return security;
}

std::vector<AuthMethod> auth_methods(const CheckedTable& table) {
  std::vector<AuthMethod> methods;
  const auto add = [&](AuthMethod method) {
    const bool known = std::find(methods.begin(), methods.end(), method) != methods.end();
    if (!known) methods.push_back(method);
  };
  for (const auto& word : table.list("auth")) {
    if (word.value == "jwt") add(AuthMethod::jwt);
    if (word.value == "introspect") add(AuthMethod::introspect);
    if (word.value == "api_key") add(AuthMethod::api_key);
    if (word.value == "basic") add(AuthMethod::basic);
    if (word.value == "mtls") add(AuthMethod::mtls);
  }
  return methods;
}

FieldChanges field_changes(const CheckedTable* table) {
  if (table == nullptr) return {};
  return {table->list("remove"), table->map("rename"), table->map("set"), table->map("add")};
}

std::optional<std::uint64_t> given_size(const CheckedTable& table, std::string_view key) {
  if (table.find(key) == nullptr) return std::nullopt;
  return table.size(key);
}

void build_answers(const CheckedTable& table, RoutePolicies& policies) {
  if (const CheckedTable* respond = table.table("respond")) {
    policies.respond = FixedAnswer{static_cast<std::uint16_t>(respond->integer("status")),
                                   respond->text("body").value, respond->text("content_type").value,
                                   respond->place()};
  }
  if (const CheckedTable* redirect = table.table("redirect")) {
    policies.redirect =
        Redirect{redirect->text("to"), static_cast<std::uint16_t>(redirect->integer("status"))};
  }
  policies.maintenance = table.boolean("maintenance");
}

RouteCache build_route_cache(const CheckedTable& table) {
  RouteCache cache;
  cache.place = table.place();
  if (table.find("ttl") != nullptr) cache.ttl = table.duration("ttl");
  cache.stale_while_revalidate = table.duration("stale_while_revalidate");
  cache.stale_if_error = table.duration("stale_if_error");
  for (const auto& word : table.list("key")) cache.key.push_back(request_key(word.value));
  return cache;
}

}  // namespace

RoutePolicies build_route_policies(const CheckedTable& table) {
  RoutePolicies policies;
  policies.auth = auth_methods(table);
  if (const CheckedValue* auth = table.find("auth")) policies.auth_place = auth->place;
  policies.roles = table.list("roles");
  policies.scopes = table.list("scopes");
  policies.limits = table.list("limits");
  policies.cors = table.text("cors");
  if (table.find("headers") != nullptr) policies.headers = security_headers(table);
  if (const CheckedValue* mode = table.find("threats")) policies.threats = threat_mode(mode->text);
  const std::string csrf = table.text("csrf").value;
  if (csrf != "off") policies.csrf = csrf == "token" ? CsrfMode::token : CsrfMode::origin;
  policies.allow = networks(table, "allow");
  policies.deny = networks(table, "deny");
  policies.content_types = table.list("content_types");
  policies.required_headers = table.list("required_headers");
  policies.max_query_size = given_size(table, "max_query_size");
  policies.max_url_size = given_size(table, "max_url_size");
  policies.request = field_changes(table.table("request"));
  policies.response = field_changes(table.table("response"));
  if (const CheckedTable* query = table.table("query")) {
    policies.query = {query->list("remove"), query->map("set")};
  }
  build_answers(table, policies);
  if (const CheckedTable* cache = table.table("cache")) policies.cache = build_route_cache(*cache);
  if (const CheckedValue* mode = table.find("compress")) {
    policies.compress = compress_mode(mode->text);
  }
  return policies;
}

void build_policies(const CheckedTable& root, Config& config) {
  if (const CheckedTable* limits = root.table("limits")) {
    for (const CheckedTable& table : limits->tables()) config.limits.push_back(build_limit(table));
  }
  if (const CheckedTable* cors = root.table("cors")) {
    for (const CheckedTable& table : cors->tables()) config.cors.push_back(build_cors(table));
  }
  config.security = build_security(section(root, "security"));
}

}  // namespace gateway::config
