#include "gatewayctl/time_argument.h"

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

}  // namespace gateway::ctl
