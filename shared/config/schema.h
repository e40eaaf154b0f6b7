#pragma once

#include <string>
#include <string_view>

namespace gateway::config {

// A JSON Schema (draft 4, the part that taplo reads) of gatewayd.toml, made from the table of keys:
// editors complete and check with it. Ends in a newline.
std::string json_schema();

// That of what one key holds, "routes.*", alone.
std::string json_schema_of(std::string_view key);

}  // namespace gateway::config
