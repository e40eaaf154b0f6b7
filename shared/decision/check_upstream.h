#pragma once

#include "shared/config/model.h"
#include "shared/config/report.h"

namespace gateway::decision {

// Warns of retries, hedges and checks that can never do what they are there for.
void check_upstream(const config::Config& config, config::Report& report);

}  // namespace gateway::decision
