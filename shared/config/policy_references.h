#pragma once

#include "shared/config/model.h"
#include "shared/config/report.h"

namespace gateway::config {

// What only the whole document can tell of policies: names that routes use and nobody declares,
// ways to authenticate without keys, declarations that nobody uses.
void check_policy_references(const Config& config, Report& report);

}  // namespace gateway::config
