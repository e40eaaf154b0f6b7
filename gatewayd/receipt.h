#pragma once

#include "gatewayd/config_state.h"
#include "shared/control/receipt.h"

namespace gateway {

// What becomes of services when one config has taken another's place: the requests in flight are
// counted as they are now.
struct FleetChange {
  std::uint32_t breakers = 0;        // that keep their state...
  std::uint32_t breakers_total = 0;  // ...of those that `before` had
  std::vector<control::Reset> reset;
  std::vector<control::Draining> draining;  // places that get no request any more
};
FleetChange fleet_change(const Applied& before, const Applied& after);

// What the configs themselves tell of a reload; what only the running daemon knows, its connections
// and counters, is left for the caller to fill in.
control::Receipt make_receipt(const Applied& before, const Applied& after, FleetChange fleet);

}  // namespace gateway
