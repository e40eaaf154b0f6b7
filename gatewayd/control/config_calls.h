#pragma once

#include <string_view>

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"

namespace gateway::control {

// Calls about the configuration, see shared/control/config_messages.h for their bodies.
Answer config_diff(const Call& call, Backend& backend);
Answer config_drift(const Call& call, Backend& backend);
Answer config_apply(const Call& call, Backend& backend);
Answer config_confirm(const Call& call, Backend& backend);
Answer config_history(const Call& call, Backend& backend);
Answer config_revision(const Call& call, Backend& backend);

// Whether the call brings a config, and so may be longer than others.
bool brings_config(std::string_view path);

}  // namespace gateway::control
