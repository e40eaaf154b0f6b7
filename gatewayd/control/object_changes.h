#pragma once

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"
#include "gatewayd/control/object_answers.h"

namespace gateway::control {

// Changes of named tables. A body has the keys of the config and a name; an If-Match is held
// against the ETag of what is changed, of all of the kind where one is added. Nothing changes
// unless the answer is a success.
Answer add_object(const ObjectKind& kind, const Call& call, Backend& backend);       // 201
Answer change_object(const ObjectKind& kind, const Call& call, Backend& backend);    // 200
Answer remove_object(const ObjectKind& kind, const Call& call, Backend& backend);    // 204
Answer replace_objects(const ObjectKind& kind, const Call& call, Backend& backend);  // 200

}  // namespace gateway::control
