#pragma once

#include <string>

#include "shared/config/load.h"

namespace gateway::decision {

// config::load, then what only the floors above the config can tell: path patterns and rewrites
// that do not compile, hosts that are not names, routes that can never match. The one entry for
// gatewayd, `gatewayctl validate` and reload, so that they cannot disagree.
config::Loaded load(const std::string& path, const config::Environment& environment);

// The same for what is not on the disk (yet).
config::Loaded load(const config::Candidate& candidate, const config::Environment& environment);

// The same for a text in memory, as config::load_text.
config::Loaded load_text(std::string path, std::string text,
                         const config::Environment& environment);

// The second half alone: adds findings about `config` to `diagnostics`, which stays in order.
// `config` may be a draft: routes for which `diagnostics` already holds an error are not used to
// prove that others can never match.
void check(const config::Config& config, config::Diagnostics& diagnostics);

}  // namespace gateway::decision
