#pragma once

#include "shared/config/checked.h"
#include "shared/config/report.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// Checks a whole document, merged from all its files, against the table of keys: names, types,
// bounds, what must be there, and what this release does not serve yet. Finds all it can in one
// pass; what was refused is missing from the result.
CheckedTable check_document(TomlNode root, Report& report);

// The same against another table of keys, of which `listed` tells: "gatewayctl(1) lists all keys".
CheckedTable check_document(TomlNode root, const KeyNode& schema, std::string_view listed,
                            Report& report);

// Whether the author may call a listener, a service, a route so: [A-Za-z0-9_-], 1 to 64 of them.
bool is_name(std::string_view text);

}  // namespace gateway::config
