#pragma once

#include <string>

#include "gatewayd/metrics/families.h"
#include "shared/policy/metrics_format.h"

namespace gateway::metrics {

// The whole of an exposition in the form asked for.
std::string expose(const Families& families, policy::MetricsFormat format);

}  // namespace gateway::metrics
