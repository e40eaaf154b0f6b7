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
  return gateway;
}

Listener build_listener(const CheckedTable& table) {
  Listener listener;
  listener.name = table.name();
  listener.place = table.place();
  if (auto address = parse_address(table.text("address").value)) {
    listener.host = std::move(address->host);
    listener.port = address->port;
  }
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

Cache build_cache(const CheckedTable& table) {
  Cache cache;
  cache.memory = table.size("memory");
  cache.max_entry = table.size("max_entry");
  cache.max_waiting = count(table, "max_waiting");
  cache.wait = table.duration("wait");
  return cache;
}

Compression build_compression(const CheckedTable& table) {
  Compression compression;
  compression.mode = compress_mode(table.text("mode").value);
  compression.encodings = words(table, "encodings");
  compression.types = table.list("types");
  compression.min_size = table.size("min_size");
  compression.max_active = count(table, "max_active");
  return compression;
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
  config.cache = build_cache(section(root, "cache"));
  config.compression = build_compression(section(root, "compression"));
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
