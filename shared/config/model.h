#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/ip.h"
#include "shared/config/policies.h"
#include "shared/config/setting.h"
#include "shared/config/upstream.h"

namespace gateway::config {

struct SourceFile {
  std::string path;  // as the user named it, or as `include` found it
  std::string text;
};

// What one HTTP/2 connection of a client may hold and do.
struct Http2 {
  std::uint32_t max_streams = 0;         // at once
  std::uint64_t stream_window = 0;       // bytes of a request's body not yet taken
  std::uint64_t connection_window = 0;   // of all of them together
  std::uint32_t max_resets = 0;          // a second
  std::uint32_t max_control_frames = 0;  // a second
};

struct Gateway {
  std::uint32_t workers = 0;  // 0: one a core ("auto")
  std::vector<Cidr> trusted_proxies;
  std::uint32_t max_connections = 0;
  std::uint64_t max_header_size = 0;
  std::uint64_t max_target_size = 0;
  std::uint64_t max_body_size = 0;
  std::uint32_t max_headers = 0;
  milliseconds client_header_timeout{};
  milliseconds client_body_timeout{};  // of silence while a request body is awaited
  milliseconds send_timeout{};         // of no progress while an answer is written
  milliseconds idle_timeout{};
  milliseconds drain_timeout{};
  std::optional<milliseconds> tunnel_idle_timeout;  // none: idle_timeout
  std::optional<milliseconds> tunnel_lifetime;      // none: no bound
  std::optional<milliseconds> max_lag;  // of a worker, beyond which new requests are refused
  bool expose_info = false;             // "/"
  bool expose_health = false;           // "/health"
  bool expose_services = false;         // "/services", "/health/detailed", "/health/services"
  bool expose_metrics = false;          // "/metrics"
  bool x_forwarded = true;              // X-Forwarded-For, -Proto, -Host to upstreams
  bool forwarded = true;                // Forwarded (RFC 7239) to upstreams
  bool via = false;                     // Via (RFC 9110 §7.6.3) in both directions
  bool x_ratelimit = true;              // X-RateLimit-* on answers that a limit counted
  bool ratelimit = false;               // RateLimit and RateLimit-Policy (IETF draft) on them
  std::uint64_t limit_memory = 0;       // bytes of the table of limit counters
  Http2 http2;
};

// A certificate with its key, each a path.
struct CertificateFiles {
  Setting<std::string> certificate;
  Setting<std::string> key;
};

struct ListenerTls {
  std::vector<CertificateFiles> certificates;  // the first answers names that none has
  bool tls13_only = false;
  milliseconds handshake_timeout{};
  Place place;
};

struct Listener {
  std::string name;
  std::string host;        // an IP address, without brackets
  std::uint16_t port = 0;  // 0: the kernel chooses (tests)
  bool http2 = false;
  std::optional<ListenerTls> tls;
  Place place;
};

struct Control {
  std::string socket;  // path of the Unix socket; empty: no control API
};

struct Store {
  std::string path;  // empty: nothing is kept
  milliseconds keep_requests{};
  milliseconds keep_security{};
  milliseconds keep_health{};
  milliseconds keep_traces{};
  std::uint64_t max_traces = 0;    // 0: none is kept
  std::uint32_t trace_one_in = 0;  // of requests that nothing was wrong with; 0: none
  std::uint64_t max_size = 0;      // bytes
};

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { text, json };

struct Log {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  std::string to = "stderr";        // "stderr" or a file's path
  std::vector<std::string> redact;  // names of query parameters whose values are masked
};

struct Instance {
  std::string url;   // as written, without a trailing slash: its identity in logs and pools
  std::string host;  // IP address or name, without brackets
  std::uint16_t port = 80;
  std::uint32_t weight = 1;
  Place place;
};

struct Service {
  std::string name;
  std::vector<Instance> instances;
  milliseconds connect_timeout{};
  milliseconds response_timeout{};  // until the answer's head
  std::uint32_t max_idle = 0;       // idle connections a worker keeps to each instance
  milliseconds idle_timeout{};      // after which an idle connection is closed
  bool maintenance = false;         // answered with 503, nothing is forwarded
  bool http2 = false;               // spoken to the instances
  UpstreamPolicies upstream;
  Place place;
};

struct Route {
  std::string name;
  Setting<std::string> path;                  // pattern, see shared/routing/path_pattern.h
  std::vector<Setting<std::string>> hosts;    // empty: every host
  std::vector<Setting<std::string>> methods;  // empty: every method
  Setting<std::string> service;               // empty: the route answers itself
  std::optional<Setting<std::string>> rewrite;
  std::int32_t priority = 0;
  bool enabled = true;
  std::optional<milliseconds> timeout;   // of the whole exchange; none: no bound of its own
  std::vector<NamedText> match_headers;  // all of which a request must have
  std::vector<NamedText> match_query;
  RouteUpstream upstream;
  RoutePolicies policies;
  Place place;  // of the table's header
};

// A whole configuration as plain values: defaults filled in, names not yet resolved. Services and
// routes keep the order of the files, so that messages and tables are in the order of the author.
struct Config {
  std::vector<SourceFile> files;
  Gateway gateway;
  std::vector<Listener> listeners;
  Control control;
  Store store;
  Log log;
  std::vector<Service> services;
  std::vector<Route> routes;
  Auth auth;
  std::vector<Limit> limits;
  std::vector<Cors> cors;
  Security security;
};

}  // namespace gateway::config
