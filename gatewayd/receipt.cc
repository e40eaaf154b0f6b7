#include "gatewayd/receipt.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace gateway {
namespace {

using control::Reset;

// Limits count on under the same identity alone, see policy::LimitRule.
std::vector<Reset> reset_limits(const decision::Snapshot& before, const decision::Snapshot& after) {
  std::vector<Reset> resets;
  const auto& rules = after.limits.all();
  for (const policy::LimitRule& rule : before.limits.all()) {
    const auto same_name = [&](const policy::LimitRule& other) {
      return other.name() == rule.name();
    };
    const auto found = std::find_if(rules.begin(), rules.end(), same_name);
    std::string name = fmt::format("limit {}", rule.name());
    if (found == rules.end()) {
      resets.push_back({std::move(name), "it is gone"});
    } else if (found->identity() != rule.identity()) {
      resets.push_back({std::move(name), "its key, window or algorithm changed: it counts anew"});
    }
  }
  return resets;
}

std::map<std::string, const config::Instance*> instances_of(const config::Config& config) {
  std::map<std::string, const config::Instance*> instances;
  for (const config::Service& service : config.services) {
    for (const config::Instance& instance : service.instances) {
      instances.emplace(instance.url, &instance);
    }
  }
  return instances;
}

}  // namespace

FleetChange fleet_change(const Applied& before, const Applied& after) {
  FleetChange change;
  const auto remaining = instances_of(after.snapshot->config);
  for (const auto& [url, instance] : instances_of(before.snapshot->config)) {
    if (remaining.contains(url)) continue;
    const std::string place = fmt::format("{}:{}", instance->host, instance->port);
    change.reset.push_back({fmt::format("connections to {}", place), "the instance is gone"});
    change.draining.push_back({place, std::nullopt});
  }
  return change;
}

control::Receipt make_receipt(const Applied& before, const Applied& after, FleetChange fleet) {
  control::Receipt receipt;
  receipt.breakers = fleet.breakers;
  receipt.breakers_total = fleet.breakers_total;
  receipt.reset = reset_limits(*before.snapshot, *after.snapshot);
  std::move(fleet.reset.begin(), fleet.reset.end(), std::back_inserter(receipt.reset));
  receipt.draining = std::move(fleet.draining);
  return receipt;
}

}  // namespace gateway
