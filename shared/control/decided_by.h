#pragma once

#include <string>

#include "shared/decision/kept_trace.h"
#include "shared/store/reader.h"

namespace gateway::control {

// Who decided a request's answer and why, as one line for a person: "breaker of service samples:
// open since 14:01:58 (5 failures in a row)". What the trace does not hold of breakers and health
// comes from their history, as it was at the time of the request.
std::string decided_by(const decision::KeptTrace& trace, store::Reader& reader);

}  // namespace gateway::control
