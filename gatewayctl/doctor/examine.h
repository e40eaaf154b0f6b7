#pragma once

#include <string>

#include "gatewayctl/doctor/finding.h"
#include "gatewayctl/doctor/machine.h"
#include "shared/config/load.h"

namespace gateway::ctl::doctor {

// Everything doctor looks at, judged, in the order it is shown. Of a configuration with errors only
// that they are there. Blocks for kNamePatience and kStorePatience at most.
Findings examine(const std::string& config_path, const config::Loaded& loaded, const Runner& runner,
                 UnixMicros now);

}  // namespace gateway::ctl::doctor
