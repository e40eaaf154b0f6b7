#include "shared/decision/snapshot.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>
#include <utility>

#include "shared/decision/plan_route.h"
#include "shared/decision/route_rules.h"

namespace gateway::decision {
namespace {

bool wants_threats(const config::Config& config) {
  return config.security.threats != config::ThreatMode::off ||
         std::any_of(config.routes.begin(), config.routes.end(), [](const config::Route& route) {
           return route.policies.threats.value_or(config::ThreatMode::off) !=
                  config::ThreatMode::off;
         });
}

void compile_policies(Snapshot& snapshot) {
  const config::Config& config = snapshot.config;
  if (!config.security.allow.empty() || !config.security.deny.empty()) {
    snapshot.networks.emplace(config.security.allow, config.security.deny);
  }
  for (const config::Cors& cors : config.cors) {
    snapshot.cors.push_back(std::make_unique<const policy::CorsRules>(cors));
  }
  if (wants_threats(config)) {
    auto rules = policy::ThreatRules::compile(config.security);
    assert(rules.ok());
    snapshot.threats.emplace(std::move(*rules));
  }
  snapshot.limits = policy::LimitRules(config.limits);
  snapshot.limit_factors = std::make_unique<policy::LimitFactors>(config.limits.size());
  snapshot.security_headers = policy::SecurityHeaders(config.security.headers);
  snapshot.identity_fields = policy::IdentityFields(config.auth);
  if (!config.tracing.endpoint.empty()) {
    snapshot.tracing = {config.tracing.take_parent, config.tracing.sample_one_in};
  }
}

using ServiceIndex = std::unordered_map<std::string_view, std::uint32_t>;

void name_services(const config::Route& route, const ServiceIndex& services, RoutePlan& plan) {
  const auto index_of = [&](const std::string& name) {
    const auto found = services.find(name);
    return found == services.end() ? kNoService : found->second;
  };
  plan.service = index_of(route.service.value);
  plan.split = policy::Split(route.upstream.split);
  for (const config::Share& share : route.upstream.split) {
    plan.split_services.push_back(index_of(share.service.value));
  }
  if (route.upstream.mirror) plan.mirror = index_of(route.upstream.mirror->service.value);
  assert(plan.service != kNoService || !plan.split.empty() || plan.answer);
}

void compile_routes(Snapshot& snapshot) {
  ServiceIndex services;
  for (std::uint32_t i = 0; i < snapshot.config.services.size(); ++i) {
    services.emplace(snapshot.config.services[i].name, i);
  }
  std::vector<routing::RouteRule> rules;
  for (std::uint32_t i = 0; i < snapshot.config.routes.size(); ++i) {
    const config::Route& route = snapshot.config.routes[i];
    if (!route.enabled) continue;
    rules.push_back(rule_of(route));
    RoutePlan& plan = snapshot.routes.emplace_back(plan_route(route, snapshot));
    plan.config_index = i;
    snapshot.keeps_answers |= plan.cache.has_value();
    name_services(route, services, plan);
  }
  snapshot.router = routing::Router(rules);
}

}  // namespace

std::unique_ptr<Snapshot> build_snapshot(config::Config config, const KeyFiles& files) {
  auto snapshot = std::make_unique<Snapshot>();
  snapshot->config = std::move(config);
  compile_policies(*snapshot);
  snapshot->auth = plan_auth(snapshot->config, files);
  compile_routes(*snapshot);
  snapshot->service_ids.resize(snapshot->config.services.size());
  for (const config::Service& service : snapshot->config.services) {
    snapshot->instance_ids.emplace_back(service.instances.size());
  }
  return snapshot;
}

}  // namespace gateway::decision
