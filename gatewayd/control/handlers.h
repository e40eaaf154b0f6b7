#pragma once

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"

namespace gateway::control {

// Answers one call over the Unix socket, where everybody may do everything. May throw what the
// backend throws.
Answer handle(Call call, Backend& backend);

}  // namespace gateway::control
