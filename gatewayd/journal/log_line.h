#pragma once

#include <string>
#include <string_view>

#include "gatewayd/journal/daemon_log.h"
#include "shared/base/clock.h"

namespace gateway::journal {

// One line of the daemon's log, without the newline.
// text: 2026-01-02T03:04:05.678901Z warning message name=value name="a value"
// json: {"timestamp":"…","level":"warning","logger":"gatewayd","message":"…","name":"value"}
// A field must not be named like one of the four that come first.
std::string log_line(Format format, UnixMicros time, Level level, std::string_view message,
                     DaemonLog::Fields fields);

std::string_view level_name(Level level);

}  // namespace gateway::journal
