#pragma once

#include <string>

#include "shared/config/load.h"

namespace gateway::decision {

// config::load, then what only the floors above the config can tell: path patterns and rewrites
// that do not compile, hosts that are not names, routes that can never match. The one entry for
// gatewayd, `gatewayctl validate` and reload, so that they cannot disagree.
config::Loaded load(const std::string& path, const config::Environment& environment);

// The second half alone: appends findings about `config` to `diagnostics`.
void check(const config::Config& config, config::Diagnostics& diagnostics);

}  // namespace gateway::decision
