#pragma once

#include <memory>
#include <vector>

#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/worker.h"

namespace gateway {

// Feeds the service manager's watchdog (sd_watchdog_enabled(3)) for as long as every worker's loop
// comes round: when one hangs, or the main thread does, nothing is told and the service manager
// ends this process. Used by the main thread.
class Watchdog {
 public:
  // Reads $WATCHDOG_USEC and $WATCHDOG_PID; does nothing when they ask for nothing.
  Watchdog(const std::vector<std::unique_ptr<Worker>>& workers, journal::DaemonLog& log);

  // To be called every second.
  void look(SteadyTime now);

 private:
  const std::vector<std::unique_ptr<Worker>>& workers_;
  journal::DaemonLog& log_;
  microseconds patience_{};  // 0: nobody watches
  SteadyTime fed_at_{};
  bool complained_ = false;
};

}  // namespace gateway
