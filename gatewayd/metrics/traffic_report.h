#pragma once

#include "gatewayd/metrics/families.h"
#include "gatewayd/metrics/registry.h"

namespace gateway::metrics {

// Appends what the workers counted of requests: sums over the workers, only what has been counted
// at all. Takes no lock; while they count on, the figures of one request may be seen in part.
void report_traffic(const Generation& generation, Families& families);

}  // namespace gateway::metrics
