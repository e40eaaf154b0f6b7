#pragma once

#include "shared/suite/run.h"

namespace gateway::suite {

// Adds to result.failures what of the expectations was not met, in the order of the file. True when
// the requests that limits refused are among it.
bool compare(const Expectations& expect, Ran& result);

}  // namespace gateway::suite
