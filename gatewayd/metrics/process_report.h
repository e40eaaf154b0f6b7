#pragma once

#include "gatewayd/metrics/families.h"

namespace gateway::metrics {

// Appends the customary process_* metrics, read from /proc; what cannot be read is left out.
void report_process(Families& families);

}  // namespace gateway::metrics
