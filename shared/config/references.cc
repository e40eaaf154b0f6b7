#include "shared/config/references.h"

#include <fmt/format.h>

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

void check_routes(const Config& config, Report& report) {
  std::unordered_set<std::string_view> declared;
  std::vector<std::string_view> names;
  for (const Service& service : config.services) {
    if (declared.insert(service.name).second) names.push_back(service.name);
  }
  std::unordered_set<std::string_view> used;
  const auto& [jwt, introspect, api_key, basic] = config.auth;
  if (jwt && jwt->introspect) used.insert(jwt->introspect->service.value);
  if (introspect) used.insert(introspect->ask.service.value);
  for (const Route& route : config.routes) {
    const std::string& service = route.service.value;
    used.insert(service);
    if (!route.service.place || declared.count(service) != 0) continue;
    report.error("unknown-service", route.service.place,
                 fmt::format("route \"{}\" names a service that is not declared", route.name),
                 did_you_mean(service, names, how_to_declare(service)));
  }
  for (const Service& service : config.services) {
    if (used.count(service.name) != 0) continue;
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
