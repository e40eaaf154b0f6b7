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
  gateway.expose_docs = holds(expose, "docs");
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

CertificateFiles certificate_files(const CheckedTable& table) {
  return {table.text("certificate"), table.text("key"), table.text("ocsp_file")};
}

ListenerTls build_tls(const CheckedTable& table) {
  ListenerTls tls;
  tls.place = table.place();
  if (table.mentions("certificate") || table.mentions("key")) {
    tls.certificates.push_back(certificate_files(table));
  }
  for (const CheckedTable& item : table.tables()) {
    tls.certificates.push_back(certificate_files(item));
  }
  tls.acme = table.list("acme");
  tls.tls13_only = table.text("min_version").value == "1.3";
  tls.ciphers = table.text("ciphers");
  tls.cipher_suites = table.text("cipher_suites");
  tls.handshake_timeout = table.duration("handshake_timeout");
  const std::string client_auth = table.text("client_auth").value;
  tls.client_auth = client_auth == "required"   ? ClientAuth::required
                    : client_auth == "optional" ? ClientAuth::optional
                                                : ClientAuth::off;
  tls.client_ca = table.text("client_ca");
  tls.session_tickets = table.boolean("session_tickets");
  tls.ocsp = table.boolean("ocsp");
  return tls;
}

Acme build_acme(const CheckedTable& table) {
  Acme acme;
  acme.place = table.place();
  acme.directory = table.text("directory");
  acme.contact = words(table, "contact");
  acme.agree_to_terms = table.boolean("agree_to_terms");
  acme.ca_file = table.text("ca_file");
  acme.state = table.text("state").value;
  return acme;
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
  listener.proxy_protocol = networks(table, "proxy_protocol");
  listener.redirect_to_https = table.boolean("redirect_to_https");
  listener.https_port = static_cast<std::uint16_t>(table.integer("https_port"));
  return listener;
}

LogLevel log_level(std::string_view name) {
  return name == "debug"     ? LogLevel::debug
         : name == "warning" ? LogLevel::warning
         : name == "error"   ? LogLevel::error
                             : LogLevel::info;
}

Log build_log(const CheckedTable& table) {
  Log log;
  log.level = log_level(table.text("level").value);
  log.levels.fill(log.level);
  if (const CheckedTable* levels = table.table("levels")) {
    for (std::size_t i = 0; i < kLogCategoryNames.size(); ++i) {
      const std::string own = levels->text(kLogCategoryNames[i]).value;
      if (!own.empty()) log.levels[i] = log_level(own);
    }
  }
  log.format = table.text("format").value == "json" ? LogFormat::json : LogFormat::text;
  log.to = table.text("to").value;
  for (auto& name : table.list("redact")) log.redact.push_back(std::move(name.value));
  log.queue = table.size("queue");
  log.access = table.text("access").value;
  log.access_queue = table.size("access_queue");
  return log;
}

Tracing build_tracing(const CheckedTable& table) {
  Tracing tracing;
  tracing.endpoint = table.text("endpoint").value;
  tracing.sample_one_in = count(table, "sample_one_in");
  const std::string parent = table.text("take_parent").value;
  tracing.take_parent = parent == "nobody"            ? TakeParent::nobody
                        : parent == "trusted_proxies" ? TakeParent::trusted_proxies
                                                      : TakeParent::anyone;
  tracing.service_name = table.text("service_name").value;
  for (const CheckedTable& item : table.tables()) {
    tracing.headers.push_back({item.text("name"), item.secret("secret")});
  }
  tracing.queue = table.size("queue");
  tracing.batch = count(table, "batch");
  tracing.every = table.duration("every");
  tracing.timeout = table.duration("timeout");
  return tracing;
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
  config.tracing = build_tracing(section(root, "tracing"));
  if (const CheckedTable* listeners = root.table("listeners")) {
    for (const CheckedTable& table : listeners->tables()) {
      config.listeners.push_back(build_listener(table));
    }
  }
  if (const CheckedTable* acme = root.table("acme")) config.acme = build_acme(*acme);
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
