#pragma once

#include "shared/config/model.h"
#include "shared/config/report.h"

namespace gateway::config {

// Checks what no key can tell alone: names that lead nowhere or are never used, two listeners on
// one address, an instance named twice, sections without which nothing is served, and how many
// there may be of each.
void check_references(const Config& config, Report& report);

}  // namespace gateway::config
