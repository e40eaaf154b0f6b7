#include "gatewayd/control/incident_calls.h"

#include <nlohmann/json.hpp>

#include "shared/control/incident.h"

namespace gateway::control {

Answer incident(const Call& call, Backend& backend) {
  const auto query = parse_incident_query(call.params);
  if (!query) return problem(400, query.error().message);
  const std::string path = backend.store_path();
  if (path.empty()) return problem(404, "nothing is kept: store.path is not set");
  const auto found = tell_incident(path, *query);
  if (!found) return problem(503, found.error().message);
  return {200, "application/json",
          to_document(*found).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), ""};
}

}  // namespace gateway::control
