#include "shared/control/messages.h"

#include <nlohmann/json.hpp>

#include "shared/control/timestamp.h"

namespace gateway::control {

using nlohmann::json;

namespace {

template <class T>
void read(const json& object, const char* key, T& out) {
  const auto found = object.find(key);
  if (found != object.end() && !found->is_null()) found->get_to(out);
}

template <class T>
void read(const json& object, const char* key, std::optional<T>& out) {
  const auto found = object.find(key);
  if (found != object.end() && !found->is_null()) out = found->get<T>();
}

void read_time(const json& object, const char* key, UnixMicros& out) {
  std::string text;
  read(object, key, text);
  out = parse_rfc3339(text).value_or(0);
}

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

}  // namespace

static void to_json(json& out, const LogState& log) {
  out = {{"lag_ms", log.lag_ms},
         {"dropped_successes", log.dropped_successes},
         {"dropped_failures", log.dropped_failures},
         {"suspended", log.suspended},
         {"last_error", log.last_error}};
}

static void from_json(const json& in, LogState& log) {
  read(in, "lag_ms", log.lag_ms);
  read(in, "dropped_successes", log.dropped_successes);
  read(in, "dropped_failures", log.dropped_failures);
  read(in, "suspended", log.suspended);
  read(in, "last_error", log.last_error);
}

static void to_json(json& out, const ListenerState& listener) {
  out = {{"name", listener.name}, {"address", listener.address}};
}

static void from_json(const json& in, ListenerState& listener) {
  read(in, "name", listener.name);
  read(in, "address", listener.address);
}

static void to_json(json& out, const ServiceState& service) {
  out = {{"name", service.name},
         {"health", service.health},
         {"breaker", or_null(service.breaker)},
         {"instances_total", service.instances_total},
         {"instances_up", service.instances_up},
         {"rps", service.rps},
         {"p50_us", or_null(service.p50_us)},
         {"p99_us", or_null(service.p99_us)},
         {"errors_5xx", service.errors_5xx}};
}

static void from_json(const json& in, ServiceState& service) {
  read(in, "name", service.name);
  read(in, "health", service.health);
  read(in, "breaker", service.breaker);
  read(in, "instances_total", service.instances_total);
  read(in, "instances_up", service.instances_up);
  read(in, "rps", service.rps);
  read(in, "p50_us", service.p50_us);
  read(in, "p99_us", service.p99_us);
  read(in, "errors_5xx", service.errors_5xx);
}

static void to_json(json& out, const RouteInfo& route) {
  out = {{"name", route.name},         {"hosts", route.hosts},
         {"path", route.path},         {"methods", route.methods},
         {"service", route.service},   {"rewrite", or_null(route.rewrite)},
         {"priority", route.priority}, {"enabled", route.enabled},
         {"file", route.file},         {"line", route.line}};
}

static void from_json(const json& in, RouteInfo& route) {
  read(in, "name", route.name);
  read(in, "hosts", route.hosts);
  read(in, "path", route.path);
  read(in, "methods", route.methods);
  read(in, "service", route.service);
  read(in, "rewrite", route.rewrite);
  read(in, "priority", route.priority);
  read(in, "enabled", route.enabled);
  read(in, "file", route.file);
  read(in, "line", route.line);
}

static void to_json(json& out, const InstanceInfo& instance) {
  out = {{"url", instance.url},
         {"addresses", instance.addresses},
         {"idle_connections", instance.idle_connections}};
}

static void from_json(const json& in, InstanceInfo& instance) {
  read(in, "url", instance.url);
  read(in, "addresses", instance.addresses);
  read(in, "idle_connections", instance.idle_connections);
}

static void to_json(json& out, const ServiceInfo& service) {
  out = {{"name", service.name}, {"instances", service.instances}};
}

static void from_json(const json& in, ServiceInfo& service) {
  read(in, "name", service.name);
  read(in, "instances", service.instances);
}

void to_json(json& out, const GatewayStatus& status) {
  out = {{"format", kFormat},
         {"version", status.version},
         {"started_at", format_rfc3339(status.started_at)},
         {"uptime_s", status.uptime_s},
         {"revision", status.revision},
         {"config_sha256", status.config_sha256},
         {"applied_at", format_rfc3339(status.applied_at)},
         {"applied_by", status.applied_by},
         {"workers", status.workers},
         {"connections", status.connections},
         {"requests_per_second", status.requests_per_second},
         {"error_rate", status.error_rate},
         {"log", status.log},
         {"listeners", status.listeners},
         {"services", status.services}};
}

void from_json(const json& in, GatewayStatus& status) {
  read(in, "version", status.version);
  read_time(in, "started_at", status.started_at);
  read(in, "uptime_s", status.uptime_s);
  read(in, "revision", status.revision);
  read(in, "config_sha256", status.config_sha256);
  read_time(in, "applied_at", status.applied_at);
  read(in, "applied_by", status.applied_by);
  read(in, "workers", status.workers);
  read(in, "connections", status.connections);
  read(in, "requests_per_second", status.requests_per_second);
  read(in, "error_rate", status.error_rate);
  read(in, "log", status.log);
  read(in, "listeners", status.listeners);
  read(in, "services", status.services);
}

void to_json(json& out, const RouteList& list) {
  out = {{"format", kFormat}, {"routes", list.routes}};
}

void from_json(const json& in, RouteList& list) {
  read(in, "routes", list.routes);
}

void to_json(json& out, const ServiceList& list) {
  out = {{"format", kFormat}, {"services", list.services}};
}

void from_json(const json& in, ServiceList& list) {
  read(in, "services", list.services);
}

void to_json(json& out, const ReloadVerdict& verdict) {
  out = {
      {"format", kFormat},          {"accepted", verdict.accepted}, {"revision", verdict.revision},
      {"workers", verdict.workers}, {"took_ms", verdict.took_ms},   {"message", verdict.message}};
  json diagnostics = json::parse(verdict.diagnostics_json, nullptr, false);
  out["diagnostics"] = diagnostics.is_discarded() ? json(nullptr) : std::move(diagnostics);
}

void from_json(const json& in, ReloadVerdict& verdict) {
  read(in, "accepted", verdict.accepted);
  read(in, "revision", verdict.revision);
  read(in, "workers", verdict.workers);
  read(in, "took_ms", verdict.took_ms);
  read(in, "message", verdict.message);
  const auto diagnostics = in.find("diagnostics");
  if (diagnostics != in.end() && diagnostics->is_object()) {
    verdict.diagnostics_json = diagnostics->dump();
  }
}

}  // namespace gateway::control
