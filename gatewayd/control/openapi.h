#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "gatewayd/control/call.h"

namespace gateway::control {

// The OpenAPI 3.1 document of the tables of all rooms.
nlohmann::ordered_json openapi_document();

// "viewer", "operator", "admin".
std::string_view name_of(Role role);

}  // namespace gateway::control
