#include "gatewayd/receipt.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
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

// A breaker that a config has in use, under the state that it keeps over reloads.
struct UsedBreaker {
  std::string whose;  // "samples", "samples at http://10.0.2.15:8000"
  const config::Breaker* rules;
};
using UsedBreakers = std::map<const policy::Breaker*, UsedBreaker>;

UsedBreakers breakers_of(const Applied& applied) {
  UsedBreakers found;
  const auto& services = applied.snapshot->config.services;
  for (std::size_t i = 0; i < services.size(); ++i) {
    const auto& rules = services[i].upstream.breaker;
    if (!rules) continue;
    const proxy::FleetService& fleet = (*applied.fleet)[i];
    if (rules->per == config::Breaker::Per::service) {
      found[&fleet.state->breaker] = {services[i].name, &*rules};
      continue;
    }
    for (const auto& peer : fleet.peers) {
      found[&peer.state->breaker] = {
          fmt::format("{} at {}", services[i].name, peer.state->instance), &*rules};
    }
  }
  return found;
}

void compare_breakers(const Applied& before, const Applied& after, FleetChange& change) {
  const UsedBreakers now = breakers_of(after);
  for (const auto& [breaker, was] : breakers_of(before)) {
    ++change.breakers_total;
    const auto found = now.find(breaker);
    std::string name = fmt::format("breaker of {}", was.whose);
    if (found == now.end()) {
      change.reset.push_back({std::move(name), "it is gone"});
      continue;
    }
    ++change.breakers;
    const config::Breaker& rules = *found->second.rules;
    if (was.rules->rate && rules.rate && was.rules->window != rules.window) {
      change.reset.push_back({std::move(name), "its window changed: what it counted begins anew"});
    }
  }
}

// "service url" of every instance, and "url" of every one that any service has.
std::set<std::string> instances_of(const config::Config& config) {
  std::set<std::string> names;
  for (const config::Service& service : config.services) {
    for (const config::Instance& instance : service.instances) {
      names.insert(instance.url);
      names.insert(service.name + " " + instance.url);
    }
  }
  return names;
}

// What becomes of the connections to one place that a service sends to no longer.
struct Gone {
  std::string place;      // "10.0.2.15:8000"
  const char* why_reset;  // null: another service goes on using them
};

Gone describe(const proxy::PeerState& peer, const std::set<std::string>& instances) {
  std::string place = peer.instance.substr(peer.instance.find("//") + 2);
  if (!instances.contains(peer.instance)) return {std::move(place), "the instance is gone"};
  if (instances.contains(peer.service + " " + peer.instance)) {
    return {fmt::format("{} at {}", place, peer.address), "the name has this address no longer"};
  }
  return {fmt::format("{} of service {}", place, peer.service), nullptr};
}

// Peers that get no request any more, each place once.
void compare_peers(const Applied& before, const Applied& after, FleetChange& change) {
  std::set<const proxy::PeerState*> remaining;
  for (const proxy::FleetService& service : *after.fleet) {
    for (const auto& peer : service.peers) remaining.insert(peer.state.get());
  }
  const auto instances = instances_of(after.snapshot->config);
  std::map<std::string, std::uint64_t> in_flight;
  for (const proxy::FleetService& service : *before.fleet) {
    for (const auto& peer : service.peers) {
      if (remaining.contains(peer.state.get()) || !peer.endpoint) continue;
      const Gone gone = describe(*peer.state, instances);
      const auto [entry, is_new] = in_flight.try_emplace(gone.place, 0);
      entry->second += peer.state->in_flight.load(std::memory_order_relaxed);
      if (!is_new || gone.why_reset == nullptr) continue;
      change.reset.push_back({fmt::format("connections to {}", gone.place), gone.why_reset});
    }
  }
  for (const auto& [place, count] : in_flight) change.draining.push_back({place, count});
}

}  // namespace

FleetChange fleet_change(const Applied& before, const Applied& after) {
  FleetChange change;
  compare_breakers(before, after, change);
  compare_peers(before, after, change);
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
