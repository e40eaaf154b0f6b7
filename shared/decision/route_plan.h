#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/name_set.h"
#include "shared/config/model.h"
#include "shared/policy/access.h"
#include "shared/policy/cache_rules.h"
#include "shared/policy/compress.h"
#include "shared/policy/cors.h"
#include "shared/policy/csrf.h"
#include "shared/policy/field_changes.h"
#include "shared/policy/ip_rules.h"
#include "shared/policy/query_changes.h"
#include "shared/policy/rate_limit.h"
#include "shared/policy/request_rules.h"
#include "shared/policy/rewrite.h"
#include "shared/policy/route_answer.h"
#include "shared/policy/security_headers.h"
#include "shared/policy/split.h"

namespace gateway::decision {

// The service of a route that answers itself.
inline constexpr std::uint32_t kNoService = UINT32_MAX;

// One route with its names resolved and its patterns and policies compiled.
struct RoutePlan {
  std::string name;
  std::uint32_t service = kNoService;  // index into Snapshot::config.services
  std::uint32_t config_index = 0;      // into Snapshot::config.routes
  std::optional<policy::Rewrite> rewrite;
  std::optional<milliseconds> timeout;
  std::uint32_t name_id = 0;  // the journal's id of the name, set by the shell before publishing

  // Before the request is let through; a policy that the route does not have is empty.
  std::optional<policy::IpRules> networks;
  const policy::CorsRules* cors = nullptr;  // of the snapshot
  std::optional<policy::RequestRules> request_rules;
  config::ThreatMode threats = config::ThreatMode::off;
  std::optional<policy::CsrfRules> csrf;
  policy::RouteLimits limits;
  std::vector<config::AuthMethod> auth;  // any of; empty: public
  policy::AccessRules access;
  std::optional<policy::RouteAnswer> answer;  // respond or redirect
  bool maintenance = false;
  std::optional<policy::CacheRules> cache;  // none: no answer is kept
  policy::CompressRules compress;

  // Where it goes.
  config::RouteUpstream upstream;
  policy::Split split;                        // empty: all of it goes to `service`
  std::vector<std::uint32_t> split_services;  // by share
  std::uint32_t mirror = kNoService;

  // On its way.
  policy::FieldChanges request;
  policy::QueryChanges query;
  policy::FieldChanges response;
  policy::SecurityHeaders security_headers;
  NameSet answer_drops;  // fields of the upstream's answer that the gateway's own stand in place of
};

}  // namespace gateway::decision
