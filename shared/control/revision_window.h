#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "shared/base/clock.h"
#include "shared/store/config_history.h"

namespace gateway::control {

// When a revision served, the last time it did.
struct RevisionWindow {
  UnixMicros since = 0;
  UnixMicros until = 0;  // exclusive; now, of the one that serves
};

// From the history, newest change first. None: it did not serve, or that is no longer kept. A change
// that was put back served until the revision before it went live again.
std::optional<RevisionWindow> window_of(const std::vector<store::ConfigChange>& changes,
                                        std::uint32_t revision, UnixMicros now);

}  // namespace gateway::control
