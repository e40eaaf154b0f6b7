#pragma once

#include <vector>

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"
#include "shared/control/param_texts.h"

namespace gateway::control {

// Calls about the configuration, see shared/control/config_messages.h for their bodies.
Answer config_diff(const Call& call, Backend& backend);
Answer config_drift(const Call& call, Backend& backend);
Answer config_apply(const Call& call, Backend& backend);
Answer config_confirm(const Call& call, Backend& backend);
Answer config_history(const Call& call, Backend& backend);
Answer config_revision(const Call& call, Backend& backend);

std::vector<ParamText> config_history_texts();
std::vector<ParamText> config_revision_texts();

}  // namespace gateway::control
