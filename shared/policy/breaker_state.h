#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/breaker_state.h"
#include "shared/base/clock.h"
#include "shared/base/decider.h"

namespace gateway::policy {

// Why a breaker changed its state. The numbers are kept in the history as well.
enum class BreakerReason : std::uint8_t {
  none = 0,
  failures_in_a_row = 1,
  failure_rate = 2,
  probe_failed = 3,
  probes_succeeded = 4,
  pause_over = 5,      // open_for has passed
  opened_by_hand = 6,  // by an operator, whom the caller knows
  reset_by_hand = 7,
};

// As in logs, metrics and tables: "failures-in-a-row".
std::string_view name(BreakerReason reason);

// The failure that a breaker saw last; status is 0 unless the upstream answered.
struct LastFailure {
  Decider decider = Decider::upstream;
  std::uint16_t status = 0;
  bool operator==(const LastFailure&) const = default;
};

// One transition, as the caller to whom it is returned logs it. `reason` none: there was none.
// By hand a breaker may also go from a state to the same one.
struct BreakerChange {
  BreakerState from = BreakerState::closed;
  BreakerState to = BreakerState::closed;
  BreakerReason reason = BreakerReason::none;
  LastFailure last;                   // of any time; decider upstream and status 0: none yet
  std::uint32_t failures = 0;         // in a row
  std::uint32_t successes = 0;        // in a row, while half open
  std::uint32_t window_requests = 0;  // 0 when no rate is set
  std::uint32_t window_failures = 0;
  milliseconds open_for{};  // to open: the pause

  explicit operator bool() const { return reason != BreakerReason::none; }
};

// A breaker as it stands, for tables and metrics. Read without a lock: its fields may differ by
// what happens meanwhile.
struct BreakerView {
  BreakerState state = BreakerState::closed;
  bool by_hand = false;         // open, and an operator opened it
  SteadyTime since{};           // of the state; the epoch for one that never changed
  SteadyTime until{};           // open: when the pause is over; else the epoch
  std::uint32_t failures = 0;   // in a row; open and half open: that opened it
  std::uint32_t successes = 0;  // half open: in a row
  std::uint32_t probes = 0;     // half open: under way
  std::uint32_t window_requests = 0;
  std::uint32_t window_failures = 0;
  LastFailure last;
};

// What is saved of a breaker that is not closed.
struct BreakerRecord {
  BreakerState state = BreakerState::closed;
  bool by_hand = false;
  UnixMicros opened_at = 0;
  milliseconds open_for{};
  std::uint32_t failures = 0;
  LastFailure last;
};

}  // namespace gateway::policy
