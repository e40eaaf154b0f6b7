#include <fmt/format.h>

#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/table.h"
#include "gatewayctl/render/views.h"

namespace gateway::ctl {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view when_none) {
  return words.empty() ? std::string(when_none) : fmt::format("{}", fmt::join(words, ","));
}

}  // namespace

std::string render_routes(const control::RouteList& list, bool colour) {
  Table table({"ROUTE", "HOSTS", "PATH", "METHODS", "SERVICE", "REWRITE", "PRIORITY", "DECLARED"});
  for (const auto& route : list.routes) {
    const Colour shade = route.enabled ? Colour::none : Colour::dim;
    table.add({{route.enabled ? route.name : route.name + " (disabled)", shade},
               joined(route.hosts, "any"),
               route.path,
               joined(route.methods, "any"),
               route.service,
               route.rewrite.value_or("–"),
               std::to_string(route.priority),
               {fmt::format("{}:{}", route.file, route.line), Colour::dim}});
  }
  return table.render(colour);
}

std::string render_services(const control::ServiceList& list, bool colour) {
  Table table({"SERVICE", "INSTANCE", "ADDRESSES", "IDLE"});
  for (const auto& service : list.services) {
    for (const auto& instance : service.instances) {
      table.add({service.name, instance.url, joined(instance.addresses, "–"),
                 format_count(instance.idle_connections)});
    }
  }
  return table.render(colour);
}

}  // namespace gateway::ctl
