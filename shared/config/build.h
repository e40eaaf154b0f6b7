#pragma once

#include "shared/config/checked.h"
#include "shared/config/model.h"
#include "shared/config/report.h"

namespace gateway::config {

// Turns a checked document into the model, defaults filled in; `files` stays empty. What was
// refused before is left out, so the result is whole only when `report` holds no error.
Config build_config(const CheckedTable& root, Report& report);

// Its parts: the process with its listeners, and the traffic.
void build_process(const CheckedTable& root, Config& config);
void build_traffic(const CheckedTable& root, Config& config, Report& report);
// Sections that routes name, and what a route's own table says of them.
void build_auth(const CheckedTable& root, Config& config);
void build_policies(const CheckedTable& root, Config& config);
RoutePolicies build_route_policies(const CheckedTable& table);
// What a service's table says of choosing and watching its instances, and a route's of where its
// requests go.
UpstreamPolicies build_upstream(const CheckedTable& table, Report& report);
RouteUpstream build_route_upstream(const CheckedTable& table);

// A section as the files give it, or an empty one that reads as its defaults.
CheckedTable section(const CheckedTable& root, std::string_view name);

}  // namespace gateway::config
