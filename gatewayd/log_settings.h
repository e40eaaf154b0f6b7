#pragma once

#include <string>
#include <vector>

#include "gatewayd/journal/daemon_log.h"
#include "shared/config/model.h"

namespace gateway {

journal::Levels log_levels(const config::Log& settings);
journal::Format log_format(const config::Log& settings);

// Query parameters that no log may show: what the config says, and the one that may hold a key.
std::vector<std::string> masked_parameters(const config::Config& config);

}  // namespace gateway
