#pragma once

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"

namespace gateway::control {

// GET …/requests/{id}, the id being the call's name: what is known of one request, see
// request_story.h. 400 for what is no id; the answer about one that the database does not have has
// neither trace nor row.
Answer request_story(const Call& call, Backend& backend);

}  // namespace gateway::control
