#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/config/model.h"
#include "shared/policy/rewrite.h"
#include "shared/routing/router.h"

namespace gateway::decision {

// One route with its names resolved and its patterns compiled.
struct RoutePlan {
  std::string name;
  std::uint32_t service = 0;  // index into Snapshot::config.services
  std::optional<policy::Rewrite> rewrite;
  std::optional<milliseconds> timeout;
  std::uint32_t name_id = 0;  // the journal's id of the name, set by the shell before publishing
};

// A configuration ready to serve: const once published, shared by all workers. A request keeps the
// snapshot it started with.
struct Snapshot {
  config::Config config;
  std::uint32_t revision = 0;
  routing::Router router;
  std::vector<RoutePlan> routes;           // by Router's index: enabled routes only
  std::vector<std::uint32_t> service_ids;  // the journal's ids, by index of config.services
  std::vector<std::vector<std::uint32_t>> instance_ids;  // the same, by service and instance
};

// Builds from a config without errors (config::load). Pure: no socket, no clock, no DNS.
std::unique_ptr<Snapshot> build_snapshot(config::Config config);

}  // namespace gateway::decision
