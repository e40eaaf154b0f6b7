#include "shared/decision/check_policies.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/decision/check_tls.h"
#include "shared/decision/check_upstream.h"
#include "shared/policy/compress.h"
#include "shared/policy/cors.h"
#include "shared/policy/field_changes.h"
#include "shared/policy/identity_fields.h"
#include "shared/policy/query_changes.h"
#include "shared/policy/rate_limit.h"
#include "shared/policy/request_rules.h"
#include "shared/policy/route_answer.h"
#include "shared/policy/security_headers.h"
#include "shared/policy/threat_rules.h"
#include "shared/routing/path_pattern.h"

namespace gateway::decision {
namespace {

using config::Report;
using config::Route;

void add(const char* id, const std::string& where, const std::vector<policy::Fault>& faults,
         Report& report) {
  for (const policy::Fault& fault : faults) {
    report.error(id, fault.place, fmt::format("{}: {}", where, fault.message), fault.hint);
  }
}

void check_security_headers(const std::string& where, const config::SecurityHeaders& headers,
                            Report& report) {
  for (const config::NamedText& field : headers.fields) {
    const std::string fault = policy::security_headers_fault(field);
    if (!fault.empty()) report.error("bad-field", field.place, fmt::format("{}: {}", where, fault));
  }
}

void check_threats(const config::Security& security, Report& report) {
  if (security.threat_rules.empty() && security.threat_disable.empty()) return;
  const auto rules = policy::ThreatRules::compile(security);
  if (rules.ok()) return;
  for (const policy::ThreatFault& fault : rules.error()) {
    report.error("bad-threat-rule", fault.place, fmt::format("security: {}", fault.message));
  }
}

void check_limit(const config::Limit& limit, Report& report) {
  const policy::Rate rate = policy::make_rate(limit);
  if (limit.cost > rate.capacity && limit.limit > 0) {
    report.error("out-of-range", limit.place,
                 fmt::format("limits.{} refuses every request: one costs {} of {}", limit.name,
                             limit.cost, rate.capacity),
                 "raise limit or burst, or lower cost");
  }
  for (const auto& part : limit.key) {
    if (policy::parse_key_part(part.value)) continue;
    report.error("bad-limit-key", part.place,
                 fmt::format("limits.{}.key: \"{}\" names no header field", limit.name, part.value),
                 "expected one as \"header:X-Tenant\"");
  }
  for (const auto& path : limit.paths) {
    const auto pattern = routing::parse_path_pattern(path.value);
    if (pattern) continue;
    report.error("bad-path", path.place,
                 fmt::format("limits.{}.paths: \"{}\" is not a pattern", limit.name, path.value),
                 pattern.error().message);
  }
}

void check_entries(const Route& route, Report& report) {
  for (const auto& type : route.policies.content_types) {
    const char* fault = policy::RequestRules::content_type_fault(type.value);
    if (fault == nullptr) continue;
    report.error("bad-media-type", type.place,
                 fmt::format("route \"{}\": \"{}\" is no media type", route.name, type.value),
                 fault);
  }
  for (const auto& name : route.policies.required_headers) {
    const char* fault = policy::RequestRules::required_header_fault(name.value);
    if (fault == nullptr) continue;
    report.error("bad-field", name.place,
                 fmt::format("route \"{}\": \"{}\" is no field name", route.name, name.value),
                 fault);
  }
}

void check_shape(const Route& route, const policy::IdentityFields& identity, Report& report) {
  const config::RoutePolicies& policies = route.policies;
  const auto scope = policies.auth.empty() ? policy::Template::Scope::without_identity
                                           : policy::Template::Scope::with_identity;
  const std::string where = fmt::format("route \"{}\"", route.name);
  add("bad-field-change", where + ", request",
      policy::FieldChanges::faults(policies.request, scope, identity), report);
  add("bad-field-change", where + ", response",
      policy::FieldChanges::faults(policies.response, scope, identity), report);
  add("bad-query-change", where + ", query", policy::QueryChanges::faults(policies.query, scope),
      report);
  if (!policies.respond && !policies.redirect) return;
  const auto pattern = routing::parse_path_pattern(route.path.value);
  if (!pattern) return;  // reported with the route's path
  add("bad-answer", where, policy::RouteAnswer::faults(policies, *pattern, scope), report);
}

void check_cache(const Route& route, Report& report) {
  if (!route.policies.cache) return;
  const config::RouteCache& cache = *route.policies.cache;
  if (route.policies.respond || route.policies.redirect) {
    report.warning(
        "useless-cache", cache.place,
        fmt::format("route \"{}\" answers itself: there is nothing to keep", route.name));
  }
  const bool by_user = std::any_of(cache.key.begin(), cache.key.end(), [](const auto& key) {
    return key.kind == config::RequestKey::Kind::user;
  });
  if (by_user && route.policies.auth.empty()) {
    report.warning("useless-cache", cache.place,
                   fmt::format("route \"{}\": cache.key names user, but the route asks nobody who "
                               "they are",
                               route.name),
                   "add auth to the route, or take user out of cache.key");
  }
}

void check_compression(const config::Compression& compression, Report& report) {
  for (const auto& type : compression.types) {
    if (policy::is_type_pattern(type.value)) continue;
    report.error("bad-media-type", type.place,
                 fmt::format("compression.types: \"{}\" is no media type", type.value),
                 "expected one as \"application/json\" or \"text/*\"");
  }
}

void check_limits_of(const Route& route, const policy::LimitRules& limits, Report& report) {
  const auto pattern = routing::parse_path_pattern(route.path.value);
  if (!pattern || !limits.for_route(route.name, *pattern, route.policies.limits).too_many) return;
  report.error("too-many", route.place,
               fmt::format("more than {} limits may hold for route \"{}\"",
                           policy::kMaxLimitsPerRoute, route.name));
}

}  // namespace

void check_policies(const config::Config& config, Report& report) {
  for (const config::Cors& cors : config.cors) {
    for (const policy::CorsFault& fault : policy::cors_faults(cors)) {
      report.error("bad-cors", fault.place, fault.message);
    }
  }
  for (const config::Limit& limit : config.limits) check_limit(limit, report);
  check_auth(config.auth, report);
  check_security_headers("security.headers", config.security.headers, report);
  check_threats(config.security, report);
  add("bad-identity-field", "auth", policy::IdentityFields::faults(config.auth), report);
  check_upstream(config, report);
  check_tls(config, report);
  check_compression(config.compression, report);
  const policy::IdentityFields identity(config.auth);
  const policy::LimitRules limits(config.limits);
  for (const Route& route : config.routes) {
    if (route.policies.headers) {
      check_security_headers(fmt::format("route \"{}\", headers", route.name),
                             *route.policies.headers, report);
    }
    check_entries(route, report);
    check_shape(route, identity, report);
    check_cache(route, report);
    if (!config.limits.empty()) check_limits_of(route, limits, report);
  }
}

}  // namespace gateway::decision
