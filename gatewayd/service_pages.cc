#include "gatewayd/service_pages.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "gatewayd/daemon.h"

namespace gateway {
namespace {

using Json = nlohmann::ordered_json;

// An instance is one entry of the config, whatever number of addresses its name has.
struct Instances {
  std::size_t total = 0;
  std::size_t up = 0;
};

Instances count(const control::ServiceHealth& service) {
  std::map<std::string_view, bool> up;
  for (const control::PeerHealth& peer : service.peers) {
    up[peer.instance] |= peer.state != HealthState::unhealthy && !peer.address.empty();
  }
  Instances instances{up.size(), 0};
  for (const auto& [url, is_up] : up) instances.up += is_up ? 1 : 0;
  return instances;
}

// A service whose instances are all out answers nothing; in any other state it is used.
bool is_healthy(const control::ServiceHealth& service) {
  return service.state != HealthState::unhealthy && count(service).up > 0;
}

// What was found when it was last checked: how long an answer took in seconds, of several instances
// the slowest; or of one that is not healthy, why not.
Json entry_of(const control::ServiceHealth& service) {
  Json entry = {{"healthy", is_healthy(service)}, {"status", name_of(service.state)}};
  std::optional<std::uint32_t> slowest;
  std::string error;
  for (const control::PeerHealth& peer : service.peers) {
    if (peer.address.empty()) {
      error = "its name is not resolved";
    } else if (peer.state == HealthState::unhealthy) {
      error = peer.reason;
    } else if (peer.latency_us) {
      slowest = std::max(slowest.value_or(0), *peer.latency_us);
    }
  }
  if (!is_healthy(service)) {
    entry["error"] = error.empty() ? "no instance can be used" : error;
  } else if (slowest) {
    entry["response_time"] = static_cast<double>(*slowest) / 1e6;
  }
  return entry;
}

Json entries_of(const control::HealthReport& health) {
  Json services = Json::object();
  for (const auto& service : health.services) services[service.name] = entry_of(service);
  return services;
}

// "healthy" when all of them are, or are not known to be otherwise.
std::string_view combined(const control::HealthReport& health) {
  for (const control::ServiceHealth& service : health.services) {
    const bool well =
        service.state == HealthState::healthy || service.state == HealthState::unknown;
    if (!well || !is_healthy(service)) return "degraded";
  }
  return "healthy";
}

// Of several breakers of a service, each of an instance, one that is not closed, and all failures.
Json breakers_of(const control::BreakerList& list) {
  Json breakers = Json::object();
  for (const control::BreakerInfo& breaker : list.breakers) {
    Json& entry = breakers[breaker.service];
    if (entry.is_null()) entry = {{"state", "closed"}, {"failure_count", 0}};
    const bool worse = breaker.state == BreakerState::open ||
                       (breaker.state == BreakerState::half_open && entry["state"] == "closed");
    if (worse) entry["state"] = name_of(breaker.state);
    entry["failure_count"] = entry["failure_count"].get<std::uint64_t>() + breaker.failures;
  }
  return breakers;
}

std::string_view database_state(const journal::Journal* journal) {
  if (journal == nullptr) return "off";
  return journal->status().suspended ? "suspended" : "connected";
}

std::string text(const Json& page) {
  return page.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string info_page(const Daemon& daemon) {
  const control::HealthReport health = daemon.fleet().health();
  Json services = Json::object();
  for (const auto& service : health.services) services[service.name] = name_of(service.state);
  return text({{"name", "gatewayd"},
               {"version", GATEWAYD_VERSION},
               {"status", combined(health)},
               {"services", std::move(services)}});
}

std::string detailed_health_page(const Daemon& daemon) {
  const control::HealthReport health = daemon.fleet().health();
  const std::string_view database = database_state(daemon.request_log());
  const bool degraded = database == "suspended";
  return text({{"status", degraded ? "degraded" : combined(health)},
               {"service", "gatewayd"},
               {"version", GATEWAYD_VERSION},
               {"services", entries_of(health)},
               {"circuit_breakers", breakers_of(daemon.fleet().breakers())},
               {"database", {{"healthy", !degraded}, {"status", database}}}});
}

std::string service_health_page(const Daemon& daemon) {
  const control::HealthReport health = daemon.fleet().health();
  return text({{"status", combined(health)}, {"services", entries_of(health)}});
}

std::string services_page(const Daemon& daemon) {
  Json services = Json::object();
  for (const auto& service : daemon.fleet().health().services) {
    const Instances instances = count(service);
    services[service.name] = {{"status", name_of(service.state)},
                              {"instances", instances.total},
                              {"instances_up", instances.up}};
  }
  return text({{"services", std::move(services)}});
}

}  // namespace gateway
