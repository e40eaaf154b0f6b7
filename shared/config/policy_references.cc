#include "shared/config/policy_references.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "shared/config/limits.h"
#include "shared/config/suggest.h"

namespace gateway::config {
namespace {

using Names = std::vector<std::string_view>;

template <class Items>
Names names_of(const Items& items) {
  Names names;
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view method_name(AuthMethod method) {
  switch (method) {
    case AuthMethod::jwt:
      return "jwt";
    case AuthMethod::introspect:
      return "introspect";
    case AuthMethod::api_key:
      return "api_key";
    case AuthMethod::basic:
      return "basic";
    case AuthMethod::mtls:
      return "mtls";
  }
  return "";
}

bool is_declared(const Auth& auth, AuthMethod method) {
  switch (method) {
    case AuthMethod::jwt:
      return auth.jwt.has_value();
    case AuthMethod::introspect:
      return auth.introspect.has_value();
    case AuthMethod::api_key:
      return auth.api_key.has_value();
    case AuthMethod::basic:
      return auth.basic.has_value();
    case AuthMethod::mtls:
      return auth.mtls.has_value();
  }
  return false;
}

// Names that routes use of one kind of section; what nobody names is warned about at the end.
class Section {
 public:
  Section(std::string_view kind, std::string_view table, Names declared)
      : kind_(kind), table_(table), declared_(std::move(declared)) {}

  void use(const Route& route, const Setting<std::string>& name, Report& report) {
    used_.insert(name.value);
    if (holds(declared_, name.value)) return;
    report.error(
        fmt::format("unknown-{}", kind_), name.place,
        fmt::format("route \"{}\" names {} {} that is not declared", route.name,
                    kind_ == "limit" ? "a" : "a set of", kind_ == "limit" ? kind_ : "CORS rules"),
        did_you_mean(name.value, declared_,
                     fmt::format("declare it as [{}.{}]", table_, name.value)));
  }

  bool is_used(std::string_view name) const { return used_.count(std::string(name)) != 0; }

 private:
  std::string_view kind_;
  std::string_view table_;
  Names declared_;
  std::unordered_set<std::string> used_;
};

void check_route_auth(const Auth& auth, const Route& route, Report& report) {
  const RoutePolicies& policies = route.policies;
  for (const AuthMethod method : policies.auth) {
    if (is_declared(auth, method)) continue;
    report.error("unknown-auth", policies.auth_place,
                 fmt::format("route \"{}\" asks for {}, which is not declared", route.name,
                             method_name(method)),
                 fmt::format("declare [auth.{}]", method_name(method)));
  }
  if (!policies.auth.empty()) return;
  for (const auto* list : {&policies.roles, &policies.scopes}) {
    if (list->empty()) continue;
    report.error("access-without-auth", list->front().place,
                 fmt::format("route \"{}\" asks for {} of a user that it does not ask for",
                             route.name, list == &policies.roles ? "roles" : "scopes"),
                 "add auth, as auth = \"jwt\"");
  }
}

bool asks_for_certificates(const Listener& listener) {
  return listener.tls && listener.tls->client_auth != ClientAuth::off;
}

// Nobody can come in that way.
void check_route_mtls(const Config& config, const Route& route, Report& report) {
  const auto& ways = route.policies.auth;
  const bool asks = std::find(ways.begin(), ways.end(), AuthMethod::mtls) != ways.end();
  const auto& listeners = config.listeners;
  if (!asks || std::any_of(listeners.begin(), listeners.end(), asks_for_certificates)) return;
  report.warning(
      "mtls-unasked", route.policies.auth_place,
      fmt::format("route \"{}\" takes certificates of clients, which no listener asks for",
                  route.name),
      "add client_auth = \"optional\" or \"required\" to the tls of a listener");
}

bool is_hmac(const std::string& algorithm) {
  return algorithm.starts_with("HS");
}

void check_jwt(const JwtAuth& jwt, Report& report) {
  const bool keys = jwt.public_key_file.place || jwt.jwks_file.place || jwt.jwks_url.place;
  const auto& algorithms = jwt.algorithms;
  const bool hmac = std::any_of(algorithms.begin(), algorithms.end(), is_hmac);
  const bool others = !std::all_of(algorithms.begin(), algorithms.end(), is_hmac);
  if (algorithms.empty()) {
    report.error("out-of-range", jwt.place, "auth.jwt.algorithms must not be empty");
  }
  if (hmac && !jwt.secret && !jwt.jwks_file.place) {
    report.error("no-key", jwt.place, "auth.jwt accepts an HS algorithm, but has no secret",
                 "add secret, secret_file or secret_credential");
  }
  if (others && !keys) {
    report.error("no-key", jwt.place, "auth.jwt accepts signatures, but has no public key",
                 "add public_key_file, jwks_file or jwks_url");
  }
}

void check_introspection(const Introspection& ask, const Names& services, Report& report) {
  if (!ask.service.place || holds(services, ask.service.value)) return;
  report.error("unknown-service", ask.service.place,
               "introspect names a service that is not declared",
               did_you_mean(ask.service.value, services,
                            fmt::format("declare it as [services.{}]", ask.service.value)));
}

template <class Items>
void check_unique(const Items& items, std::string_view what, Report& report) {
  std::unordered_set<std::string_view> seen;
  for (const auto& item : items) {
    if (seen.insert(item.name).second) continue;
    report.error("duplicate-name", item.place,
                 fmt::format("{} \"{}\" is declared twice", what, item.name),
                 "give it another name, or remove it");
  }
}

void check_auth(const Config& config, Report& report) {
  const Names services = names_of(config.services);
  if (config.auth.jwt) {
    check_jwt(*config.auth.jwt, report);
    if (config.auth.jwt->introspect) {
      check_introspection(*config.auth.jwt->introspect, services, report);
    }
  }
  if (config.auth.introspect) {
    check_introspection(config.auth.introspect->ask, services, report);
  }
  if (config.auth.api_key) check_unique(config.auth.api_key->keys, "the API key", report);
  if (config.auth.basic) check_unique(config.auth.basic->users, "the user", report);
}

}  // namespace

void check_policy_references(const Config& config, Report& report) {
  check_auth(config, report);
  Section limits("limit", "limits", names_of(config.limits));
  Section cors("cors", "cors", names_of(config.cors));
  for (const Route& route : config.routes) {
    check_route_auth(config.auth, route, report);
    check_route_mtls(config, route, report);
    for (const auto& name : route.policies.limits) limits.use(route, name, report);
    if (route.policies.cors.place) cors.use(route, route.policies.cors, report);
  }
  for (const Limit& limit : config.limits) {
    if (!limit.paths.empty() || limits.is_used(limit.name)) continue;
    report.warning("unused-limit", limit.place,
                   fmt::format("limit \"{}\" is named by no route and has no paths", limit.name));
  }
  for (const Cors& rules : config.cors) {
    if (cors.is_used(rules.name)) continue;
    report.warning("unused-cors", rules.place,
                   fmt::format("the CORS rules \"{}\" are named by no route", rules.name));
  }
}

}  // namespace gateway::config
