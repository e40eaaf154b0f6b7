#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/config/report.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// Reads a TOML 1.0 document; its places carry `file`. Nothing when it is not valid TOML or nests
// deeper than kMaxKeyParts and kMaxNesting allow: `report` then says where and why.
std::optional<TomlNode> parse_toml(std::string_view text, std::uint32_t file, Report& report);

}  // namespace gateway::config
