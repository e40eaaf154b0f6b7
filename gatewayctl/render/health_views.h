#pragma once

#include <string>

#include "shared/base/clock.h"
#include "shared/control/health_messages.h"

namespace gateway::ctl {

// What `health` and `breaker` print as text. Pure; times like "2h ago" count from `now`.
std::string render_health(const control::HealthReport& report, UnixMicros now, bool colour);
// One service, and its history where there is one: every change oldest first, then its checks.
std::string render_service_health(const control::ServiceHealthReport& report, UnixMicros now,
                                  bool colour);
std::string render_breakers(const control::BreakerList& list, UnixMicros now, bool colour);

}  // namespace gateway::ctl
