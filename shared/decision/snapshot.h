#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/config/model.h"
#include "shared/decision/auth_plan.h"
#include "shared/decision/route_plan.h"
#include "shared/policy/identity_fields.h"
#include "shared/policy/threat_rules.h"
#include "shared/policy/trace_context.h"
#include "shared/routing/router.h"

namespace gateway::decision {

// A configuration ready to serve: const once published, shared by all workers. A request keeps the
// snapshot it started with.
struct Snapshot {
  config::Config config;
  std::uint32_t revision = 0;
  routing::Router router{{}};
  std::vector<RoutePlan> routes;  // by Router's index: enabled routes only
  std::optional<policy::IpRules> networks;
  std::vector<std::unique_ptr<const policy::CorsRules>> cors;  // by index of config.cors
  std::optional<policy::ThreatRules> threats;                  // when any route asks for them
  policy::LimitRules limits;
  std::unique_ptr<policy::LimitFactors> limit_factors;  // how far limits are shrunk now
  policy::SecurityHeaders security_headers;             // of answers without a route
  policy::IdentityFields identity_fields;
  std::optional<policy::TraceRules> tracing;  // none: requests are not traced
  AuthPlan auth;
  bool keeps_answers = false;              // any route does
  std::vector<std::uint32_t> service_ids;  // the journal's ids, by index of config.services
  std::vector<std::vector<std::uint32_t>> instance_ids;  // the same, by service and instance
};

// Builds from a config without errors (config::load). Pure: no socket, no clock, no DNS.
std::unique_ptr<Snapshot> build_snapshot(config::Config config, const KeyFiles& files = {});

}  // namespace gateway::decision
