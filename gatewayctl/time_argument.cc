#include "gatewayctl/time_argument.h"

#include <string>

#include "shared/base/timestamp.h"
#include "shared/base/units.h"

namespace gateway::ctl {

std::optional<UnixMicros> parse_time_argument(std::string_view text, UnixMicros now) {
  if (const auto back = parse_duration(text)) {
    const UnixMicros now_ms = now / 1'000;
    // A span longer than the epoch is old means: from the start.
    return back->count() >= now_ms ? 0 : now - back->count() * 1'000;
  }
  return parse_rfc3339(text);
}

std::optional<UnixMicros> parse_moment_argument(std::string_view text, UnixMicros now) {
  constexpr UnixMicros kDay = 86'400'000'000;
  if (text.size() < 5 || text[2] != ':') return parse_time_argument(text, now);
  const std::string today = format_rfc3339(now).substr(0, 11);
  const auto time = parse_rfc3339(today + std::string(text) + "Z");
  if (!time) return std::nullopt;
  return *time > now ? *time - kDay : *time;
}

}  // namespace gateway::ctl
