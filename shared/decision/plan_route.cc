#include "shared/decision/plan_route.h"

#include <algorithm>
#include <cassert>

namespace gateway::decision {
namespace {

// One answer may take such a part of the cache's memory: others are to have their place beside it.
constexpr std::uint64_t kMostEntryShare = 16;

const policy::CorsRules* cors_of(const config::Route& route, const Snapshot& snapshot) {
  const auto& all = snapshot.config.cors;
  const auto found = std::find_if(all.begin(), all.end(), [&](const config::Cors& cors) {
    return cors.name == route.policies.cors.value;
  });
  if (found == all.end()) return nullptr;
  return snapshot.cors[static_cast<std::size_t>(found - all.begin())].get();
}

bool has_request_rules(const config::RoutePolicies& policies) {
  return !policies.content_types.empty() || !policies.required_headers.empty() ||
         policies.max_query_size || policies.max_url_size;
}

void add_all(const NameSet& names, NameSet& to) {
  for (const std::string& name : names.names()) to.add(name);
}

NameSet answer_drops(const RoutePlan& plan, const config::Gateway& gateway) {
  NameSet drops;
  add_all(plan.security_headers.names(), drops);
  if (plan.cors != nullptr) add_all(policy::cors_answer_fields(), drops);
  if (plan.limits.empty()) return drops;
  if (gateway.x_ratelimit) {
    for (const char* name : {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}) {
      drops.add(name);
    }
  }
  if (gateway.ratelimit) {
    for (const char* name : {"RateLimit", "RateLimit-Policy"}) drops.add(name);
  }
  return drops;
}

void plan_guards(const config::RoutePolicies& policies, const Snapshot& snapshot, RoutePlan& plan) {
  if (!policies.allow.empty() || !policies.deny.empty()) {
    plan.networks.emplace(policies.allow, policies.deny);
  }
  if (has_request_rules(policies)) plan.request_rules.emplace(policies);
  plan.threats = policies.threats.value_or(snapshot.config.security.threats);
  if (policies.csrf != config::CsrfMode::off) {
    plan.csrf.emplace(policies.csrf, snapshot.config.security,
                      plan.cors != nullptr ? &plan.cors->origins() : nullptr);
  }
}

policy::CacheRules cache_rules(const config::RouteCache& route, const config::Cache& cache) {
  const auto whole = [](milliseconds time) { return std::chrono::floor<seconds>(time); };
  policy::CacheRules rules;
  if (route.ttl) rules.ttl = whole(*route.ttl);
  rules.stale_while_revalidate = whole(route.stale_while_revalidate);
  rules.stale_if_error = whole(route.stale_if_error);
  rules.key = route.key;
  rules.by_user = std::any_of(route.key.begin(), route.key.end(), [](const auto& key) {
    return key.kind == config::RequestKey::Kind::user;
  });
  rules.max_entry = std::min(cache.max_entry, cache.memory / kMostEntryShare);
  rules.max_waiting = cache.max_waiting;
  rules.wait = cache.wait;
  return rules;
}

}  // namespace

RoutePlan plan_route(const config::Route& route, const Snapshot& snapshot) {
  const config::RoutePolicies& policies = route.policies;
  const auto pattern = routing::parse_path_pattern(route.path.value);
  assert(pattern.ok());
  RoutePlan plan;
  plan.name = route.name;
  plan.timeout = route.timeout;
  if (route.rewrite) {
    auto rewrite = policy::Rewrite::compile(route.rewrite->value, *pattern);
    assert(rewrite.ok());
    plan.rewrite = std::move(*rewrite);
  }
  plan.cors = cors_of(route, snapshot);
  plan_guards(policies, snapshot, plan);
  plan.limits = snapshot.limits.for_route(route.name, *pattern, policies.limits);
  plan.auth = policies.auth;
  plan.access = policy::AccessRules(policies);
  if (policies.respond || policies.redirect) plan.answer.emplace(policies, *pattern);
  plan.maintenance = policies.maintenance;
  if (policies.cache) plan.cache = cache_rules(*policies.cache, snapshot.config.cache);
  plan.compress = policy::CompressRules(snapshot.config.compression, policies.compress);
  plan.upstream = route.upstream;
  plan.request = policy::FieldChanges(policies.request);
  plan.query = policy::QueryChanges(policies.query);
  plan.response = policy::FieldChanges(policies.response);
  plan.security_headers =
      policies.headers ? policy::SecurityHeaders(*policies.headers) : snapshot.security_headers;
  plan.answer_drops = answer_drops(plan, snapshot.config.gateway);
  return plan;
}

}  // namespace gateway::decision
