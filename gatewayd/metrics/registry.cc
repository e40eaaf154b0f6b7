#include "gatewayd/metrics/registry.h"

namespace gateway::metrics {

std::shared_ptr<const Generation> Registry::adopt(const decision::Snapshot& snapshot) {
  std::vector<std::string> routes;
  for (const decision::RoutePlan& route : snapshot.routes) routes.push_back(route.name);
  routes.insert(routes.end(), {kNone, kBuiltin});
  std::vector<std::string> services;
  for (const config::Service& service : snapshot.config.services) services.push_back(service.name);
  services.emplace_back(kNone);
  std::vector<std::string> rules;
  for (const policy::LimitRule& rule : snapshot.limits.all()) rules.push_back(rule.name());

  const std::lock_guard lock(mutex_);
  const Generation none;
  const Generation& before = current_ != nullptr ? *current_ : none;
  auto next = std::make_shared<Generation>();
  next->workers = workers_;
  next->routes = carry_over(routes, before.routes, workers_);
  next->services = carry_over(services, before.services, workers_);
  next->rules = carry_over(rules, before.rules, workers_);
  current_ = next;
  return next;
}

std::shared_ptr<const Generation> Registry::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace gateway::metrics
