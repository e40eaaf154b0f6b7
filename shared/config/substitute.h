#pragma once

#include "shared/config/load.h"
#include "shared/config/report.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// Replaces variables within every string value below `node`; keys stay as they are. ${NAME} must
// be set; ${NAME:-default} stands in when it is unset or empty; ${NAME:?message} refuses then with
// that message; $${ is a plain ${. A value never becomes anything but a part of its string.
void substitute(TomlNode& node, const Environment& environment, Report& report);

}  // namespace gateway::config
