#include "shared/control/messages.h"

#include "shared/control/json_fields.h"

namespace gateway::control {

using nlohmann::json;

namespace {

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

}  // namespace

static void to_json(json& out, const LogState& log) {
  out = {{"lag_ms", log.lag_ms},
         {"dropped_successes", log.dropped_successes},
         {"dropped_failures", log.dropped_failures},
         {"dropped_events", log.dropped_events},
         {"suppressed_events", log.suppressed_events},
         {"suspended", log.suspended},
         {"last_error", log.last_error}};
}

static void from_json(const json& in, LogState& log) {
  read_field(in, "lag_ms", log.lag_ms);
  read_field(in, "dropped_successes", log.dropped_successes);
  read_field(in, "dropped_failures", log.dropped_failures);
  read_field(in, "dropped_events", log.dropped_events);
  read_field(in, "suppressed_events", log.suppressed_events);
  read_field(in, "suspended", log.suspended);
  read_field(in, "last_error", log.last_error);
}

static void to_json(json& out, const ListenerState& listener) {
  out = {{"name", listener.name}, {"address", listener.address}};
}

static void from_json(const json& in, ListenerState& listener) {
  read_field(in, "name", listener.name);
  read_field(in, "address", listener.address);
}

static void to_json(json& out, const CertificateState& certificate) {
  out = {{"listener", certificate.listener}, {"name", certificate.name},
         {"names", certificate.names},       {"issuer", certificate.issuer},
         {"sha256", certificate.sha256},     {"not_after", format_rfc3339(certificate.not_after)},
         {"stapled", certificate.stapled},   {"stand_in", certificate.stand_in}};
}

static void from_json(const json& in, CertificateState& certificate) {
  read_field(in, "listener", certificate.listener);
  read_field(in, "name", certificate.name);
  read_field(in, "names", certificate.names);
  read_field(in, "issuer", certificate.issuer);
  read_field(in, "sha256", certificate.sha256);
  read_time(in, "not_after", certificate.not_after);
  read_field(in, "stapled", certificate.stapled);
  read_field(in, "stand_in", certificate.stand_in);
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
  read_field(in, "name", service.name);
  read_field(in, "health", service.health);
  read_field(in, "breaker", service.breaker);
  read_field(in, "instances_total", service.instances_total);
  read_field(in, "instances_up", service.instances_up);
  read_field(in, "rps", service.rps);
  read_field(in, "p50_us", service.p50_us);
  read_field(in, "p99_us", service.p99_us);
  read_field(in, "errors_5xx", service.errors_5xx);
}

static void to_json(json& out, const RouteInfo& route) {
  out = {{"name", route.name},         {"hosts", route.hosts},
         {"path", route.path},         {"methods", route.methods},
         {"service", route.service},   {"rewrite", or_null(route.rewrite)},
         {"priority", route.priority}, {"enabled", route.enabled},
         {"file", route.file},         {"line", route.line}};
}

static void from_json(const json& in, RouteInfo& route) {
  read_field(in, "name", route.name);
  read_field(in, "hosts", route.hosts);
  read_field(in, "path", route.path);
  read_field(in, "methods", route.methods);
  read_field(in, "service", route.service);
  read_field(in, "rewrite", route.rewrite);
  read_field(in, "priority", route.priority);
  read_field(in, "enabled", route.enabled);
  read_field(in, "file", route.file);
  read_field(in, "line", route.line);
}

static void to_json(json& out, const InstanceInfo& instance) {
  out = {{"url", instance.url},
         {"addresses", instance.addresses},
         {"idle_connections", instance.idle_connections}};
}

static void from_json(const json& in, InstanceInfo& instance) {
  read_field(in, "url", instance.url);
  read_field(in, "addresses", instance.addresses);
  read_field(in, "idle_connections", instance.idle_connections);
}

static void to_json(json& out, const ServiceInfo& service) {
  out = {{"name", service.name}, {"instances", service.instances}};
}

static void from_json(const json& in, ServiceInfo& service) {
  read_field(in, "name", service.name);
  read_field(in, "instances", service.instances);
}

void to_json(json& out, const CacheState& cache) {
  out = {{"entries", cache.entries},
         {"bytes", cache.bytes},
         {"max_bytes", cache.max_bytes},
         {"hit_share", or_null(cache.hit_share)}};
}

void from_json(const json& in, CacheState& cache) {
  read_field(in, "entries", cache.entries);
  read_field(in, "bytes", cache.bytes);
  read_field(in, "max_bytes", cache.max_bytes);
  read_field(in, "hit_share", cache.hit_share);
}

void to_json(json& out, const GatewayStatus& status) {
  out = {{"format", kFormat},
         {"version", status.version},
         {"process", status.process},
         {"started_at", format_rfc3339(status.started_at)},
         {"uptime_s", status.uptime_s},
         {"revision", status.revision},
         {"config_sha256", status.config_sha256},
         {"applied_at", format_rfc3339(status.applied_at)},
         {"applied_by", status.applied_by},
         {"workers", status.workers},
         {"connections", status.connections},
         {"tunnels", status.tunnels},
         {"requests_per_second", status.requests_per_second},
         {"error_rate", status.error_rate},
         {"log", status.log},
         {"listeners", status.listeners},
         {"certificates", status.certificates},
         {"cache", or_null(status.cache)},
         {"services", status.services},
         {"pending", or_null(status.pending)}};
}

void from_json(const json& in, GatewayStatus& status) {
  read_field(in, "version", status.version);
  read_field(in, "process", status.process);
  read_time(in, "started_at", status.started_at);
  read_field(in, "uptime_s", status.uptime_s);
  read_field(in, "revision", status.revision);
  read_field(in, "config_sha256", status.config_sha256);
  read_time(in, "applied_at", status.applied_at);
  read_field(in, "applied_by", status.applied_by);
  read_field(in, "workers", status.workers);
  read_field(in, "connections", status.connections);
  read_field(in, "tunnels", status.tunnels);
  read_field(in, "requests_per_second", status.requests_per_second);
  read_field(in, "error_rate", status.error_rate);
  read_field(in, "log", status.log);
  read_field(in, "listeners", status.listeners);
  read_field(in, "certificates", status.certificates);
  read_field(in, "cache", status.cache);
  read_field(in, "services", status.services);
  read_field(in, "pending", status.pending);
}

void to_json(json& out, const RouteList& list) {
  out = {{"format", kFormat}, {"routes", list.routes}};
}

void from_json(const json& in, RouteList& list) {
  read_field(in, "routes", list.routes);
}

void to_json(json& out, const ServiceList& list) {
  out = {{"format", kFormat}, {"services", list.services}};
}

void from_json(const json& in, ServiceList& list) {
  read_field(in, "services", list.services);
}

void to_json(json& out, const ReloadVerdict& verdict) {
  out = {
      {"format", kFormat},          {"accepted", verdict.accepted}, {"revision", verdict.revision},
      {"workers", verdict.workers}, {"took_ms", verdict.took_ms},   {"message", verdict.message},
      {"busy", verdict.busy}};
  json diagnostics = json::parse(verdict.diagnostics_json, nullptr, false);
  out["diagnostics"] = diagnostics.is_discarded() ? json(nullptr) : std::move(diagnostics);
  if (verdict.receipt) out.update(json(*verdict.receipt));
}

void from_json(const json& in, ReloadVerdict& verdict) {
  read_field(in, "accepted", verdict.accepted);
  read_field(in, "revision", verdict.revision);
  read_field(in, "workers", verdict.workers);
  read_field(in, "took_ms", verdict.took_ms);
  read_field(in, "message", verdict.message);
  read_field(in, "busy", verdict.busy);
  const auto diagnostics = in.find("diagnostics");
  if (diagnostics != in.end() && diagnostics->is_object()) {
    verdict.diagnostics_json = diagnostics->dump();
  }
  if (in.contains("kept")) verdict.receipt = in.get<Receipt>();
}

}  // namespace gateway::control
