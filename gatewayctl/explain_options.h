#pragma once

#include "gatewayctl/arguments.h"
#include "shared/decision/explain_request.h"

namespace gateway::ctl {

// The request that the operands and options of `explain` describe; its time is 0 without --at.
Result<decision::ExplainRequest, ParseError> explain_request(const Invocation& invocation);

}  // namespace gateway::ctl
