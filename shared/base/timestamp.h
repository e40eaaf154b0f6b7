#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.h"

namespace gateway {

// "2026-01-02T03:04:05.678901Z" (RFC 3339 §5.6), always UTC, microseconds only when there are any.
std::string format_rfc3339(UnixMicros time);

// An RFC 3339 date-time with "Z" or a numeric offset; "T" may be a space. Without an offset, and
// with the seconds or the whole time of day left out, it is UTC: "2026-01-02 03:04", "2026-01-02".
// Years 1970 to 9999. Nothing for anything else; a leap second reads as the second after it.
std::optional<UnixMicros> parse_rfc3339(std::string_view text);

}  // namespace gateway
