#pragma once

#include <cstdint>
#include <string>

#include "shared/base/clock.h"

namespace gateway::store {

// A start or a stop of the daemon.
struct ProcessEvent {
  // The numbers are stored: never reuse or renumber one. A start without a stop before it was no
  // clean end.
  enum class Kind : std::uint8_t {
    started = 1,
    took_over = 2,  // from a process that went on serving meanwhile
    stopped = 3,
  };
  UnixMicros time = 0;
  Kind kind = Kind::started;
  std::int64_t pid = 0;
  std::string version;
};

}  // namespace gateway::store
