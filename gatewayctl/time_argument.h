#pragma once

#include <optional>
#include <string_view>

#include "shared/base/clock.h"

namespace gateway::ctl {

inline constexpr std::string_view kTakesTime =
    "a duration back from now (90s, 24h, 30d) or a UTC time (2026-01-02, \"2026-01-02 03:04\", "
    "2026-01-02T03:04:05Z)";

// What --since and --until take: see kTakesTime. Nothing for anything else.
std::optional<UnixMicros> parse_time_argument(std::string_view text, UnixMicros now);

// The same for one moment, which may also be a time of day, as "14:02" or "14:02:30": the last one
// there was.
std::optional<UnixMicros> parse_moment_argument(std::string_view text, UnixMicros now);

}  // namespace gateway::ctl
