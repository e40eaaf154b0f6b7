#include "shared/decision/snapshot.h"

#include <cassert>
#include <unordered_map>
#include <utility>

#include "shared/decision/route_rules.h"

namespace gateway::decision {
namespace {

using ServiceIndex = std::unordered_map<std::string_view, std::uint32_t>;

RoutePlan plan_of(const config::Route& route, const ServiceIndex& services) {
  RoutePlan plan;
  plan.name = route.name;
  plan.timeout = route.timeout;
  const auto service = services.find(route.service.value);
  assert(service != services.end());
  plan.service = service->second;
  if (route.rewrite) {
    const auto pattern = routing::parse_path_pattern(route.path.value);
    assert(pattern.ok());
    auto rewrite = policy::Rewrite::compile(route.rewrite->value, *pattern);
    assert(rewrite.ok());
    plan.rewrite = std::move(*rewrite);
  }
  return plan;
}

}  // namespace

std::unique_ptr<Snapshot> build_snapshot(config::Config config) {
  ServiceIndex services;
  for (std::uint32_t i = 0; i < config.services.size(); ++i) {
    services.emplace(config.services[i].name, i);
  }
  std::vector<routing::RouteRule> rules;
  std::vector<RoutePlan> plans;
  for (const config::Route& route : config.routes) {
    if (!route.enabled) continue;
    rules.push_back(rule_of(route));
    plans.push_back(plan_of(route, services));
  }
  std::vector<std::uint32_t> service_ids(config.services.size());
  std::vector<std::vector<std::uint32_t>> instance_ids;
  for (const config::Service& service : config.services) {
    instance_ids.emplace_back(service.instances.size());
  }
  return std::make_unique<Snapshot>(Snapshot{std::move(config), 0, routing::Router(rules),
                                             std::move(plans), std::move(service_ids),
                                             std::move(instance_ids)});
}

}  // namespace gateway::decision
