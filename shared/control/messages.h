#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/control/pending_change.h"
#include "shared/control/receipt.h"

namespace gateway::control {

// The answers of the control API as plain values. Each has to_json and from_json below: the daemon
// fills the struct and lets nlohmann::json(value) write it, gatewayctl reads it back. In JSON every
// answer carries "format": 1; times are RFC 3339 UTC; fields are only ever added, and a reader
// takes a field that is missing as its default here. from_json throws nlohmann::json::exception
// when a field has another type.
inline constexpr int kFormat = 1;

// Paths of the control API.
inline constexpr char kStatusPath[] = "/api/v1/gateway/status";
inline constexpr char kRoutesPath[] = "/api/v1/gateway/routes";
inline constexpr char kServicesPath[] = "/api/v1/gateway/services";
inline constexpr char kReloadPath[] = "/api/v1/gateway/reload";
inline constexpr char kLogsPath[] = "/api/v1/gateway/logs";
inline constexpr char kSecurityLogPath[] = "/api/v1/gateway/logs/security";
inline constexpr char kMetricsPath[] = "/metrics";  // Prometheus text or OpenMetrics
inline constexpr char kStatsPath[] = "/api/v1/gateway/stats";

// The request log's own state (see journal::JournalStatus). "log" in JSON.
struct LogState {
  std::uint64_t lag_ms = 0;             // age of the oldest row not yet in the database
  std::uint64_t dropped_successes = 0;  // rows lost to a full ring since the start
  std::uint64_t dropped_failures = 0;
  bool suspended = false;  // the disk refuses writes
  std::string last_error;
  std::uint64_t dropped_events = 0;     // security events lost to a full ring or the disk
  std::uint64_t suppressed_events = 0;  // alike or too many: counted, not kept one by one
};

struct ListenerState {
  std::string name;
  std::string address;  // "0.0.0.0:8000", "[::1]:8000": as bound, not as asked
};

// A certificate that a listener presents.
struct CertificateState {
  std::string listener;
  std::string name;                // the first of `names`, or the subject
  std::vector<std::string> names;  // DNS names and IP addresses
  std::string issuer;
  std::string sha256;
  UnixMicros not_after = 0;
  bool stapled = false;   // with an OCSP answer
  bool stand_in = false;  // self-signed, until ACME brings one
};

// The cache of answers, as far as it has any use; CacheReport tells more.
struct CacheState {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t max_bytes = 0;
  std::optional<double> hit_share;  // of what was asked since the start, 0 to 1; none: nothing was
};

// One service over the last minute.
struct ServiceState {
  std::string name;
  std::string health = "unknown";      // unknown | healthy | degraded | unhealthy
  std::optional<std::string> breaker;  // none: this service has no breaker
  std::uint32_t instances_total = 0;
  std::uint32_t instances_up = 0;  // not known to be down
  double rps = 0;
  std::optional<std::uint32_t> p50_us;  // none: no request in this time
  std::optional<std::uint32_t> p99_us;
  std::uint64_t errors_5xx = 0;
};

// GET /api/v1/gateway/status
struct GatewayStatus {
  std::string version;
  std::int64_t process = 0;
  UnixMicros started_at = 0;
  std::uint64_t uptime_s = 0;
  std::uint32_t revision = 0;
  std::string config_sha256;  // 64 hex digits
  UnixMicros applied_at = 0;
  std::string applied_by;  // "start", "SIGHUP", a user's name
  std::uint32_t workers = 0;
  std::uint64_t connections = 0;   // of clients, open now
  std::uint64_t tunnels = 0;       // WebSocket and other upgrades, open now
  double requests_per_second = 0;  // over the last minute
  double error_rate = 0;           // share of answers ≥ 500 in the last minute, 0 to 1
  LogState log;
  std::vector<ListenerState> listeners;
  std::vector<CertificateState> certificates;
  std::optional<CacheState> cache;       // none: no route keeps answers
  std::vector<ServiceState> services;    // in the order of the config
  std::optional<PendingChange> pending;  // a change that may yet go back by itself
};

// One route of the running config.
struct RouteInfo {
  std::string name;
  std::vector<std::string> hosts;  // empty: every host
  std::string path;
  std::vector<std::string> methods;  // empty: every method
  std::string service;
  std::optional<std::string> rewrite;
  std::int32_t priority = 0;
  bool enabled = true;
  std::string file;  // where it is declared
  std::uint32_t line = 0;
};

// GET /api/v1/gateway/routes
struct RouteList {
  std::vector<RouteInfo> routes;  // in the order of the config
};

struct InstanceInfo {
  std::string url;
  std::vector<std::string> addresses;  // what its name resolves to now, without the port
  std::uint64_t idle_connections = 0;  // kept by all workers together
};

struct ServiceInfo {
  std::string name;
  std::vector<InstanceInfo> instances;
};

// GET /api/v1/gateway/services
struct ServiceList {
  std::vector<ServiceInfo> services;  // in the order of the config
};

// POST /api/v1/gateway/reload
struct ReloadVerdict {
  bool accepted = false;
  std::uint32_t revision = 0;  // the one that serves now, whether or not it is new
  std::uint32_t workers = 0;   // that took it over
  std::uint64_t took_ms = 0;   // from the request to the last worker
  std::string message;         // when rejected: config::first_error, or why there is none
  bool busy = false;           // rejected for now alone: another gatewayd is taking over
  std::string
      diagnostics_json;  // text of config::render_json, nested as "diagnostics"; may be empty
  std::optional<Receipt> receipt;  // when accepted; its fields stand beside the others in JSON
};

void to_json(nlohmann::json& json, const GatewayStatus& status);
void to_json(nlohmann::json& json, const RouteList& list);
void to_json(nlohmann::json& json, const ServiceList& list);
void to_json(nlohmann::json& json, const ReloadVerdict& verdict);
void from_json(const nlohmann::json& json, GatewayStatus& status);
void from_json(const nlohmann::json& json, RouteList& list);
void from_json(const nlohmann::json& json, ServiceList& list);
void from_json(const nlohmann::json& json, ReloadVerdict& verdict);

}  // namespace gateway::control
