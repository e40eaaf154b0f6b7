#pragma once

#include <string>

#include "shared/control/incident.h"

namespace gateway::ctl {

// What `incident` prints: the window, a line for each event, what to look at next. Pure; UTC.
std::string render_incident(const control::Incident& incident, bool colour);

}  // namespace gateway::ctl
