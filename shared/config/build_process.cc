#include <algorithm>

#include "shared/config/address.h"
#include "shared/config/build.h"
#include "shared/config/values.h"

namespace gateway::config {
namespace {

bool holds(const std::vector<Setting<std::string>>& list, std::string_view word) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Setting<std::string>& item) { return item.value == word; });
}

Http2 build_http2(const CheckedTable& table) {
  Http2 http2;
  http2.max_streams = count(table, "max_streams");
  http2.stream_window = table.size("stream_window");
  http2.connection_window = table.size("connection_window");
  http2.max_resets = count(table, "max_resets");
  http2.max_control_frames = count(table, "max_control_frames");
  return http2;
}

Gateway build_gateway(const CheckedTable& table) {
  Gateway gateway;
  gateway.workers = count(table, "workers");
  gateway.trusted_proxies = networks(table, "trusted_proxies");
  gateway.max_connections = count(table, "max_connections");
  gateway.max_header_size = table.size("max_header_size");
  gateway.max_target_size = table.size("max_target_size");
  gateway.max_body_size = table.size("max_body_size");
  gateway.max_headers = count(table, "max_headers");
  gateway.client_header_timeout = table.duration("client_header_timeout");
  gateway.client_body_timeout = table.duration("client_body_timeout");
  gateway.send_timeout = table.duration("send_timeout");
  gateway.idle_timeout = table.duration("idle_timeout");
  gateway.drain_timeout = table.duration("drain_timeout");
  if (table.find("tunnel_idle_timeout") != nullptr) {
    gateway.tunnel_idle_timeout = table.duration("tunnel_idle_timeout");
  }
  if (table.find("tunnel_lifetime") != nullptr) {
    gateway.tunnel_lifetime = table.duration("tunnel_lifetime");
  }
  if (table.find("max_lag") != nullptr) gateway.max_lag = table.duration("max_lag");
  const auto expose = table.list("expose");
  gateway.expose_info = holds(expose, "info");
  gateway.expose_health = holds(expose, "health");
  gateway.expose_services = holds(expose, "services");
  gateway.expose_metrics = holds(expose, "metrics");
  const auto forwarded = table.list("forwarded_headers");
  gateway.x_forwarded = holds(forwarded, "x-forwarded");
  gateway.forwarded = holds(forwarded, "forwarded");
  gateway.via = holds(forwarded, "via");
  gateway.limit_memory = table.size("limit_memory");
  const auto limits = table.list("rate_limit_headers");
  gateway.x_ratelimit = holds(limits, "x-ratelimit");
  gateway.ratelimit = holds(limits, "ratelimit");
  const CheckedTable* http2 = table.table("http2");
  const KeyNode& http2_keys = *key_tree().child("gateway")->child("http2");
  gateway.http2 = build_http2(http2 != nullptr ? *http2 : CheckedTable(http2_keys, "http2", {}));
  return gateway;
}

ListenerTls build_tls(const CheckedTable& table) {
  ListenerTls tls;
  tls.place = table.place();
  if (table.find("certificate") != nullptr) {
    tls.certificates.push_back({table.text("certificate"), table.text("key")});
  }
  tls.tls13_only = table.text("min_version").value == "1.3";
  tls.handshake_timeout = table.duration("handshake_timeout");
  return tls;
}

Listener build_listener(const CheckedTable& table) {
  Listener listener;
  listener.name = table.name();
  listener.place = table.place();
  if (auto address = parse_address(table.text("address").value)) {
    listener.host = std::move(address->host);
    listener.port = address->port;
  }
  listener.http2 = table.boolean("http2");
  if (const CheckedTable* tls = table.table("tls")) listener.tls = build_tls(*tls);
  return listener;
}

Log build_log(const CheckedTable& table) {
  Log log;
  const std::string level = table.text("level").value;
  log.level = level == "debug"     ? LogLevel::debug
              : level == "warning" ? LogLevel::warning
              : level == "error"   ? LogLevel::error
                                   : LogLevel::info;
  log.format = table.text("format").value == "json" ? LogFormat::json : LogFormat::text;
  log.to = table.text("to").value;
  for (auto& name : table.list("redact")) log.redact.push_back(std::move(name.value));
  return log;
}

}  // namespace

CheckedTable section(const CheckedTable& root, std::string_view name) {
  if (const CheckedTable* table = root.table(name)) return *table;
  return CheckedTable(*key_tree().child(name), std::string(name), {});
}

void build_process(const CheckedTable& root, Config& config) {
  config.gateway = build_gateway(section(root, "gateway"));
  config.control.socket = section(root, "control").text("socket").value;
  const CheckedTable store = section(root, "store");
  config.store.path = store.text("path").value;
  config.store.keep_requests = store.duration("keep_requests");
  config.store.keep_security = store.duration("keep_security");
  config.store.keep_health = store.duration("keep_health");
  config.store.keep_traces = store.duration("keep_traces");
  config.store.max_traces = static_cast<std::uint64_t>(store.integer("max_traces"));
  config.store.trace_one_in = static_cast<std::uint32_t>(store.integer("trace_one_in"));
  config.store.max_size = store.size("max_size");
  config.log = build_log(section(root, "log"));
  if (const CheckedTable* listeners = root.table("listeners")) {
    for (const CheckedTable& table : listeners->tables()) {
      config.listeners.push_back(build_listener(table));
    }
  }
}

Config build_config(const CheckedTable& root, Report& report) {
  Config config;
  build_process(root, config);
  build_traffic(root, config, report);
  build_auth(root, config);
  build_policies(root, config);
  return config;
}

}  // namespace gateway::config
