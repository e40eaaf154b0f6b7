#pragma once

#include <string>

#include "shared/control/audit_messages.h"

namespace gateway::ctl {

// Calls that changed something, or were to.
std::string render_audit(const control::AuditList& list, bool colour);

}  // namespace gateway::ctl
