#pragma once

#include <atomic>
#include <functional>

#include "gatewayd/listeners.h"

namespace gateway {

struct DrainTimes {
  milliseconds at_most{};  // until what is still open is left to be cut
  milliseconds idle{};     // how long connections without a request may still bring one
};

// Lets everything come to its end: nothing new is accepted, and what was is answered, the last
// answer of each connection with Connection: close. An idle connection is not ended at once, since
// its next request may be under way. `give_up` waits for so long and tells whether to end now.
void drain(const Listeners::Workers& workers, Listeners& listeners,
           const std::atomic<std::uint32_t>& open, DrainTimes times,
           const std::function<bool(milliseconds)>& give_up);

}  // namespace gateway
