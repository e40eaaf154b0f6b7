#include "shared/config/references.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "shared/config/check.h"
#include "shared/config/limits.h"
#include "shared/config/policy_references.h"
#include "shared/config/suggest.h"

namespace gateway::config {
namespace {

constexpr Place kMainFile{0, 0, 0, 0};

void check_count(std::string_view what, std::size_t count, std::size_t most, Place at,
                 Report& report) {
  if (count <= most) return;
  report.error("too-many", at,
               fmt::format("{} {} are declared, at most {} may be", count, what, most));
}

void check_listeners(const Config& config, Report& report) {
  if (config.listeners.empty()) {
    report.error("no-listeners", kMainFile, "no listener is declared: nothing would be served",
                 "add [listeners.public] with address = \"0.0.0.0:8000\"");
    return;
  }
  check_count("listeners", config.listeners.size(), kMaxListeners, config.listeners.back().place,
              report);
  std::unordered_map<std::string, const Listener*> taken;
  for (const Listener& listener : config.listeners) {
    const auto ip = parse_ip(listener.host);
    if (!ip || listener.port == 0) continue;  // the kernel gives each port 0 another port
    const auto [first, is_new] =
        taken.emplace(fmt::format("{} {}", to_string(*ip), listener.port), &listener);
    if (is_new) continue;
    report.error("duplicate-listener", listener.place,
                 fmt::format("listener \"{}\" has the address of \"{}\" ({})", listener.name,
                             first->second->name, report.describe(first->second->place)),
                 "give it another address, or remove it");
  }
}

void check_instances(const Config& config, Report& report) {
  for (const Service& service : config.services) {
    std::unordered_set<std::string_view> seen;
    for (const Instance& instance : service.instances) {
      if (instance.url.empty() || seen.insert(instance.url).second) continue;
      report.error(
          "duplicate-instance", instance.place,
          fmt::format("service \"{}\" names the instance {} twice", service.name, instance.url),
          "remove one of the two");
    }
  }
}

std::string how_to_declare(const std::string& service) {
  if (!is_name(service)) return "no service can have this name";
  return fmt::format("declare it as [services.{}]", service);
}

// The services that routes and policies name.
class ServiceNames {
 public:
  ServiceNames(const Config& config, Report& report) : report_(report) {
    for (const Service& service : config.services) {
      if (declared_.insert(service.name).second) names_.push_back(service.name);
    }
  }

  void use(const Route& route, const Setting<std::string>& service) {
    used_.insert(service.value);
    if (!service.place || declared_.count(service.value) != 0) return;
    report_.error("unknown-service", service.place,
                  fmt::format("route \"{}\" names a service that is not declared", route.name),
                  did_you_mean(service.value, names_, how_to_declare(service.value)));
  }

  void use(const Auth& auth) {
    if (auth.jwt && auth.jwt->introspect) used_.insert(auth.jwt->introspect->service.value);
    if (auth.introspect) used_.insert(auth.introspect->ask.service.value);
  }

  bool is_used(std::string_view name) const { return used_.count(name) != 0; }

 private:
  Report& report_;
  std::unordered_set<std::string_view> declared_;
  std::vector<std::string_view> names_;
  std::unordered_set<std::string_view> used_;
};

void check_split(const Route& route, Report& report) {
  const auto& split = route.upstream.split;
  const bool all_zero =
      std::all_of(split.begin(), split.end(), [](const Share& share) { return share.weight == 0; });
  if (split.empty() || !all_zero) return;
  report.error("out-of-range", split.front().service.place,
               fmt::format("route \"{}\" splits its requests into shares of nothing", route.name),
               "give one of them a weight");
}

void check_routes(const Config& config, Report& report) {
  ServiceNames services(config, report);
  services.use(config.auth);
  for (const Route& route : config.routes) {
    if (route.service.place) services.use(route, route.service);
    for (const Share& share : route.upstream.split) services.use(route, share.service);
    if (route.upstream.mirror) services.use(route, route.upstream.mirror->service);
    check_split(route, report);
  }
  for (const Service& service : config.services) {
    if (services.is_used(service.name)) continue;
    report.warning("unused-service", service.place,
                   fmt::format("service \"{}\" is named by no route", service.name));
  }
}

}  // namespace

void check_references(const Config& config, Report& report) {
  check_listeners(config, report);
  check_instances(config, report);
  if (config.routes.empty()) {
    report.warning("no-routes", kMainFile, "no route is declared: every request is answered 404",
                   "add [routes.NAME] with path and service");
  } else {
    check_count("routes", config.routes.size(), kMaxRoutes, config.routes.back().place, report);
  }
  if (!config.services.empty()) {
    check_count("services", config.services.size(), kMaxServices, config.services.back().place,
                report);
  }
  check_routes(config, report);
  check_policy_references(config, report);
}

}  // namespace gateway::config
