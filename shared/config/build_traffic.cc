#include <fmt/format.h>

#include "shared/config/address.h"
#include "shared/config/build.h"

namespace gateway::config {
namespace {

Instance build_instance(const CheckedTable& table) {
  Instance instance;
  instance.place = table.place();
  const CheckedValue* written = table.find("url");
  if (written == nullptr) return instance;
  instance.place = written->place;
  instance.weight = static_cast<std::uint32_t>(table.integer("weight"));
  instance.url = written->text;
  if (auto url = parse_origin(instance.url)) {
    instance.host = std::move(url->host);
    instance.port = url->port;
    instance.tls = url->tls;
  }
  if (!instance.url.empty() && instance.url.back() == '/') instance.url.pop_back();
  return instance;
}

ServiceTls build_service_tls(const CheckedTable& table) {
  ServiceTls tls;
  tls.place = table.place();
  tls.verify = table.boolean("verify");
  tls.ca_file = table.text("ca_file");
  tls.server_name = table.text("server_name").value;
  if (table.mentions("certificate") || table.mentions("key")) {
    tls.own = CertificateFiles{table.text("certificate"), table.text("key"), {}};
  }
  return tls;
}

Service build_service(const CheckedTable& table, Report& report) {
  Service service;
  service.name = table.name();
  service.place = table.place();
  for (const CheckedTable& item : table.tables()) {
    if (item.name() != "instances") continue;  // the tables of its policies
    service.instances.push_back(build_instance(item));
  }
  service.connect_timeout = table.duration("connect_timeout");
  service.response_timeout = table.duration("response_timeout");
  service.max_idle = static_cast<std::uint32_t>(table.integer("max_idle"));
  service.idle_timeout = table.duration("idle_timeout");
  service.maintenance = table.boolean("maintenance");
  service.http2 = table.boolean("http2");
  service.upstream = build_upstream(table, report);
  if (const CheckedTable* tls = table.table("tls")) service.tls = build_service_tls(*tls);
  return service;
}

// A route has a service, or answers itself; one of the three.
void check_destination(const CheckedTable& table, const Route& route, Report& report) {
  int ways = 0;
  for (const char* way : {"service", "split", "respond", "redirect"})
    ways += table.mentions(way) ? 1 : 0;
  if (ways == 0) {
    report.error("missing-key", route.place,
                 fmt::format("routes.{} needs the key \"service\"", route.name),
                 "the service that answers; a route without one has split, respond or redirect");
  } else if (ways > 1) {
    report.error(
        "conflicting-keys", route.place,
        fmt::format("route \"{}\" has more than one of service, split, respond and redirect",
                    route.name),
        "keep one of them");
  }
  if (!route.policies.redirect) return;
  const std::uint16_t status = route.policies.redirect->status;
  if (status >= 304 && status <= 306) {
    report.error(
        "out-of-range", route.policies.redirect->to.place,
        fmt::format("routes.{}.redirect.status must be 301, 302, 303, 307 or 308", route.name));
  }
}

Route build_route(const CheckedTable& table, Report& report) {
  Route route;
  route.name = table.name();
  route.place = table.place();
  route.path = table.text("path");
  route.hosts = table.list("hosts");
  route.methods = table.list("methods");
  route.service = table.text("service");
  if (table.find("rewrite") != nullptr) route.rewrite = table.text("rewrite");
  route.priority = static_cast<std::int32_t>(table.integer("priority"));
  route.enabled = table.boolean("enabled");
  if (table.find("timeout") != nullptr) route.timeout = table.duration("timeout");
  route.match_headers = table.map("match_headers");
  route.match_query = table.map("match_query");
  route.upstream = build_route_upstream(table);
  route.policies = build_route_policies(table);
  check_destination(table, route, report);
  return route;
}

}  // namespace

void build_traffic(const CheckedTable& root, Config& config, Report& report) {
  if (const CheckedTable* services = root.table("services")) {
    config.services.reserve(services->tables().size());
    for (const CheckedTable& table : services->tables()) {
      config.services.push_back(build_service(table, report));
    }
  }
  if (const CheckedTable* routes = root.table("routes")) {
    config.routes.reserve(routes->tables().size());
    for (const CheckedTable& table : routes->tables()) {
      config.routes.push_back(build_route(table, report));
    }
  }
}

}  // namespace gateway::config
