#pragma once

#include <string>
#include <string_view>

#include "gatewayd/journal/daemon_log.h"
#include "shared/base/clock.h"

namespace gateway::journal {

// One line of the daemon's log, without the newline.
// text: 2026-01-02T03:04:05.678901Z warning store: message name=value name="a value"
// json: {"timestamp":"…","level":"warning","logger":"gatewayd.store","message":"…","name":"value"}
// A field must not be named like one of the four that come first. A line of JSON that tells of one
// request, which is one with a "method", ends with what its service, method, url, status and
// response_time_ms are in the form of the gateways that gatewayd follows:
// "extra":{"service_name":"…","method":"GET","url":"http://…","status_code":502,"response_time_ms":2.4}
std::string log_line(Format format, UnixMicros time, Category category, Level level,
                     std::string_view message, DaemonLog::Fields fields);

std::string_view level_name(Level level);
std::string_view category_name(Category category);

// Appends `text` as a JSON string; what is no character of UTF-8, and what controls, as %XX.
void append_quoted(std::string_view text, std::string& out);

}  // namespace gateway::journal
