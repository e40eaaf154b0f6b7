#pragma once

#include "shared/config/model.h"
#include "shared/config/report.h"

namespace gateway::decision {

// What only the policies themselves can tell of their configuration: origins, header names,
// templates and patterns that do not compile, what contradicts itself.
void check_policies(const config::Config& config, config::Report& report);

// The part about who may ask: times and hashes that cannot be read.
void check_auth(const config::Auth& auth, config::Report& report);

}  // namespace gateway::decision
