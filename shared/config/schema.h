#pragma once

#include <string>

namespace gateway::config {

// A JSON Schema (draft 4, the part that taplo reads) of gatewayd.toml, made from the table of keys:
// editors complete and check with it. Ends in a newline.
std::string json_schema();

}  // namespace gateway::config
