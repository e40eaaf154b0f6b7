#include "gatewayd/status.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <set>

#include "gatewayd/daemon.h"
#include "shared/config/diff.h"
#include "shared/policy/fingerprint.h"

namespace gateway {
namespace {

control::LogState log_state(const journal::JournalStatus& status) {
  return {.lag_ms = status.lag_us / 1000,
          .dropped_successes = status.dropped_successes,
          .dropped_failures = status.dropped_failures,
          .suspended = status.suspended,
          .last_error = status.last_error,
          .dropped_events = status.events_dropped,
          .suppressed_events = status.events_suppressed};
}

control::ServiceState service_state(const config::Service& service,
                                    const proxy::FleetService& fleet,
                                    const std::vector<journal::RecentService>& recent) {
  control::ServiceState state;
  state.name = service.name;
  state.instances_total = static_cast<std::uint32_t>(service.instances.size());
  const SteadyTime now = std::chrono::steady_clock::now();
  std::set<std::uint32_t> up;
  for (const proxy::FleetService::Peer& peer : fleet.peers) {
    if (peer.endpoint && peer.state->health.usable(now)) up.insert(peer.instance);
  }
  state.instances_up = static_cast<std::uint32_t>(up.size());
  for (const journal::RecentService& item : recent) {
    if (item.service != service.name) continue;
    state.rps = item.requests_per_second;
    state.p50_us = item.p50_us;
    state.p99_us = item.p99_us;
    state.errors_5xx = item.errors_5xx;
  }
  return state;
}

control::CacheState cache_state(const control::CacheReport& report) {
  control::CacheState state{report.store.entries, report.store.bytes, report.store.most_bytes, {}};
  const std::uint64_t answered =
      report.hits + report.stale_hits + report.revalidated + report.collapsed;
  const std::uint64_t asked = answered + report.misses;
  if (asked > 0) state.hit_share = static_cast<double>(answered) / static_cast<double>(asked);
  return state;
}

}  // namespace

nlohmann::json ControlBackend::status() const {
  const auto applied = daemon_.applied();
  const config::Config& config = applied->snapshot->config;
  const journal::Journal* request_log = daemon_.request_log();
  control::GatewayStatus status;
  status.version = GATEWAYD_VERSION;
  status.process = ::getpid();
  status.started_at = daemon_.started_at();
  status.uptime_s =
      static_cast<std::uint64_t>((SystemClock().unix_now() - daemon_.started_at()) / 1'000'000);
  status.revision = applied->snapshot->revision;
  status.config_sha256 = applied->sha256;
  status.applied_at = applied->at;
  status.applied_by = applied->by;
  status.workers = static_cast<std::uint32_t>(daemon_.workers().size());
  status.connections = daemon_.open_connections();
  status.tunnels = daemon_.open_tunnels();
  std::vector<journal::RecentService> recent;
  if (request_log != nullptr) {
    status.log = log_state(request_log->status());
    recent = request_log->recent();
  }
  status.listeners = daemon_.listeners().states();
  status.certificates = daemon_.certificates().states();
  if (applied->snapshot->keeps_answers) status.cache = cache_state(cache());
  status.pending = daemon_.changes().pending();
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  for (const journal::RecentService& item : recent) {
    status.requests_per_second += item.requests_per_second;
    requests += item.requests;
    failures += item.errors_5xx;
  }
  if (requests > 0) {
    status.error_rate = static_cast<double>(failures) / static_cast<double>(requests);
  }
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    status.services.push_back(service_state(config.services[i], (*applied->fleet)[i], recent));
  }
  add_health(status);
  return status;
}

// What the fleet knows of the services in `status`. Of several breakers, each of an instance, the
// one that is open is told.
void ControlBackend::add_health(control::GatewayStatus& status) const {
  const control::HealthReport health = daemon_.fleet().health();
  const control::BreakerList breakers = daemon_.fleet().breakers();
  for (control::ServiceState& service : status.services) {
    for (const control::ServiceHealth& known : health.services) {
      if (known.name == service.name) service.health = name_of(known.state);
    }
    for (const control::BreakerInfo& breaker : breakers.breakers) {
      if (breaker.service != service.name) continue;
      if (service.breaker && breaker.state == BreakerState::closed) continue;
      service.breaker = control::breaker_text(breaker, SystemClock().unix_now());
    }
  }
}

nlohmann::json ControlBackend::routes() const {
  const auto applied = daemon_.applied();
  const config::Config& config = applied->snapshot->config;
  control::RouteList list;
  for (const config::Route& route : config.routes) {
    control::RouteInfo info;
    info.name = route.name;
    info.hosts.assign(route.hosts.begin(), route.hosts.end());
    info.path = route.path;
    info.methods.assign(route.methods.begin(), route.methods.end());
    info.service = route.service;
    if (route.rewrite) info.rewrite = route.rewrite->value;
    info.priority = route.priority;
    info.enabled = route.enabled;
    if (route.place) info.file = config.files[route.place.file].path;
    info.line = route.place.line;
    list.routes.push_back(std::move(info));
  }
  return list;
}

nlohmann::json ControlBackend::services() const {
  const auto applied = daemon_.applied();
  const config::Config& config = applied->snapshot->config;
  std::vector<std::string> urls;
  for (const config::Service& service : config.services) {
    for (const config::Instance& instance : service.instances) urls.push_back(instance.url);
  }
  std::map<std::string, std::size_t> idle;
  for (const auto& worker : daemon_.workers()) {
    for (const auto& [url, count] : worker->idle_upstream_connections(urls)) idle[url] += count;
  }
  control::ServiceList list;
  for (const config::Service& service : config.services) {
    control::ServiceInfo& info = list.services.emplace_back();
    info.name = service.name;
    for (const config::Instance& instance : service.instances) {
      control::InstanceInfo& entry = info.instances.emplace_back();
      entry.url = instance.url;
      const auto address = applied->addresses->find(instance.host);
      if (address != applied->addresses->end()) {
        for (const IpAddress& ip : address->second) entry.addresses.push_back(to_string(ip));
      }
      entry.idle_connections = idle[instance.url];
    }
  }
  return list;
}

nlohmann::json ControlBackend::reload(const std::string& by) {
  return daemon_.reload(by);
}

control::UpgradeVerdict ControlBackend::upgrade(const std::string& by) {
  return daemon_.upgrade(by);
}

control::HealthReport ControlBackend::health() const {
  return daemon_.fleet().health();
}

control::BreakerList ControlBackend::breakers() const {
  return daemon_.fleet().breakers();
}

control::BreakerVerdict ControlBackend::reset_breaker(const std::string& service,
                                                      const std::string& by) {
  return daemon_.fleet().reset_breaker(service, by);
}

control::BreakerVerdict ControlBackend::open_breaker(const std::string& service,
                                                     const control::OpenBreaker& wanted,
                                                     const std::string& by) {
  return daemon_.fleet().open_breaker(service, wanted, by);
}

std::shared_ptr<const config::ControlRules> ControlBackend::control_rules() const {
  auto applied = daemon_.applied();
  const std::lock_guard lock(mutex_);
  if (rules_of_ != applied) {
    rules_ = std::make_shared<const config::ControlRules>(
        config::read_control_rules(applied->snapshot->config.files, config::process_environment()));
    rules_of_ = std::move(applied);
  }
  return rules_;
}

control::ConfigBackend& ControlBackend::config() {
  return daemon_.changes();
}

// Said in the log in any case: the database may be off, or full.
void ControlBackend::record(store::AuditEntry entry) {
  entry.time = SystemClock().unix_now();
  entry.revision = daemon_.applied()->snapshot->revision;
  daemon_.log().info(fmt::format("control: {} ({}, {}) {} {}: {}", entry.by, entry.role,
                                 entry.address.empty() ? "socket" : entry.address, entry.method,
                                 entry.path, entry.status));
  const std::string path = store_path();
  if (path.empty()) return;
  const journal::WriteTurns::Brief turn(daemon_.request_log()->turns());
  auto audit = store::AuditLog::open(path);
  if (audit && audit->add(entry).ok()) return;
  daemon_.log().warning(
      "the audit of the control API lacks a call: the database cannot be written");
}

std::string ControlBackend::metrics(policy::MetricsFormat format) {
  return *daemon_.pages().metrics(format);
}

std::string ControlBackend::store_path() const {
  const journal::Journal* request_log = daemon_.request_log();
  return request_log == nullptr ? std::string() : request_log->path();
}

std::vector<std::string> restart_only(const config::Config& before, const config::Config& after) {
  std::vector<std::string_view> sections;
  for (const config::EffectRule& rule : config::effect_rules()) {
    if (rule.effect == config::Effect::restart) {
      sections.push_back(rule.key.substr(0, rule.key.find('.')));
    }
  }
  std::vector<std::string> keys;
  const auto environment = config::process_environment();
  const auto from = config::read_effective(before.files, sections, environment);
  const auto to = config::read_effective(after.files, sections, environment);
  if (!from || !to) return keys;
  for (const config::Change& change : config::diff(*from, *to, policy::fresh_fingerprints())) {
    if (change.effect == config::Effect::restart) keys.push_back(change.path);
  }
  return keys;
}

}  // namespace gateway
