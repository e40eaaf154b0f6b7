#include "shared/policy/breaker_state.h"

namespace gateway::policy {

std::string_view name(BreakerReason reason) {
  switch (reason) {
    case BreakerReason::none:
      return "none";
    case BreakerReason::failures_in_a_row:
      return "failures-in-a-row";
    case BreakerReason::failure_rate:
      return "failure-rate";
    case BreakerReason::probe_failed:
      return "probe-failed";
    case BreakerReason::probes_succeeded:
      return "probes-succeeded";
    case BreakerReason::pause_over:
      return "pause-over";
    case BreakerReason::opened_by_hand:
      return "opened-by-hand";
    case BreakerReason::reset_by_hand:
      return "reset-by-hand";
  }
  return "none";
}

}  // namespace gateway::policy
