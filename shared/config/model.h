#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
  bool expose_docs = false;             // "/docs", "/openapi.json"
  bool x_forwarded = true;              // X-Forwarded-For, -Proto, -Host to upstreams
  bool forwarded = true;                // Forwarded (RFC 7239) to upstreams
  bool via = false;                     // Via (RFC 9110 §7.6.3) in both directions
  bool x_ratelimit = true;              // X-RateLimit-* on answers that a limit counted
  bool ratelimit = false;               // RateLimit and RateLimit-Policy (IETF draft) on them
  std::uint64_t limit_memory = 0;       // bytes of the table of limit counters
  Http2 http2;
};

// Whether clients have to show a certificate of their own.
enum class ClientAuth : std::uint8_t { off, optional, required };

struct ListenerTls {
  std::vector<CertificateFiles> certificates;  // the first answers names that none has
  std::vector<Setting<std::string>> acme;      // names whose certificate is got by ACME
  bool tls13_only = false;
  Setting<std::string> ciphers;        // of TLS 1.2, in OpenSSL's form; empty: the default
  Setting<std::string> cipher_suites;  // of TLS 1.3; empty: the default
  milliseconds handshake_timeout{};
  ClientAuth client_auth = ClientAuth::off;
  Setting<std::string> client_ca;
  bool session_tickets = true;
  bool ocsp = false;  // answers are fetched and stapled
  Place place;
};

struct Listener {
  std::string name;
  std::string host;        // an IP address, without brackets
  std::uint16_t port = 0;  // 0: the kernel chooses (tests)
  bool http2 = false;
  std::optional<ListenerTls> tls;
  std::vector<Cidr> proxy_protocol;  // who begins a connection with a PROXY header
  bool redirect_to_https = false;    // every request is answered with a redirection
  std::uint16_t https_port = 443;    // to which port
  Place place;
};

// Certificates by ACME (RFC 8555).
struct Acme {
  Setting<std::string> directory;
  std::vector<std::string> contact;  // URLs
  bool agree_to_terms = false;
  Setting<std::string> ca_file;  // authorities of the ACME server itself; empty: the system's
  std::string state;             // folder of the account and the certificates
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

// What a line of the daemon's log is about.
enum class LogCategory : std::uint8_t {
  request,   // one request that clients sent
  service,   // services, their health and breakers
  security,  // keys, tokens, who changed what
  store,     // the database
  system,    // the process, its configuration, all else
};
inline constexpr std::array<std::string_view, 5> kLogCategoryNames = {
    "request", "service", "security", "store", "system"};

struct Log {
  LogLevel level = LogLevel::info;
  std::array<LogLevel, kLogCategoryNames.size()> levels{};  // of each category
  LogFormat format = LogFormat::text;
  std::string to = "stderr";        // "stderr" or a file's path
  std::vector<std::string> redact;  // names of query parameters whose values are masked
  std::uint64_t queue = 0;          // bytes of lines that wait for a slow target
  std::string access;               // "stdout" or a file's path; empty: no access log
  std::uint64_t access_queue = 0;   // bytes a worker
};

// Whose traceparent is taken over.
enum class TakeParent : std::uint8_t { anyone, trusted_proxies, nobody };

struct TracingHeader {
  Setting<std::string> name;
  Secret secret;
};

struct Tracing {
  std::string endpoint;             // URL of the collector; empty: nothing is traced
  std::uint32_t sample_one_in = 0;  // of the traces that begin here; 0: none
  TakeParent take_parent = TakeParent::anyone;
  std::string service_name;
  std::vector<TracingHeader> headers;
  std::uint64_t queue = 0;  // bytes a worker
  std::uint32_t batch = 0;  // spans
  milliseconds every{};
  milliseconds timeout{};
};

// The store of answers that routes keep.
struct Cache {
  std::uint64_t memory = 0;     // bytes of all of them
  std::uint64_t max_entry = 0;  // bytes of one
  std::uint32_t max_waiting = 0;
  milliseconds wait{};
};

struct Compression {
  CompressMode mode = CompressMode::off;  // of routes that do not say
  std::vector<std::string> encodings;  // "zstd", "br", "gzip": the first that a client likes best
  std::vector<Setting<std::string>> types;  // media types, "text/*" for all of a kind
  std::uint64_t min_size = 0;               // bytes, of answers whose length is known ahead
  std::uint32_t max_active = 0;             // that a worker compresses at once
};

struct Instance {
  std::string url;   // as written, without a trailing slash: its identity in logs and pools
  std::string host;  // IP address or name, without brackets
  std::uint16_t port = 80;
  bool tls = false;
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
  ServiceTls tls;  // of its instances with https
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
  std::vector<std::string> include;  // patterns, as the main file has them
  Gateway gateway;
  std::vector<Listener> listeners;
  std::optional<Acme> acme;
  Control control;
  Store store;
  Cache cache;
  Compression compression;
  Log log;
  Tracing tracing;
  std::vector<Service> services;
  std::vector<Route> routes;
  Auth auth;
  std::vector<Limit> limits;
  std::vector<Cors> cors;
  Security security;
};

}  // namespace gateway::config
