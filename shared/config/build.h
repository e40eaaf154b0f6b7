#pragma once

#include "shared/config/checked.h"
#include "shared/config/model.h"
#include "shared/config/report.h"

namespace gateway::config {

// Turns a checked document into the model, defaults filled in; `files` stays empty. What was
// refused before is left out, so the result is whole only when `report` holds no error.
Config build_config(const CheckedTable& root, Report& report);

// Its halves: the process with its listeners, and the traffic.
void build_process(const CheckedTable& root, Config& config);
void build_traffic(const CheckedTable& root, Config& config, Report& report);

}  // namespace gateway::config
