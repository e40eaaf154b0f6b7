#include "gatewayd/drain.h"

namespace gateway {

void drain(const Listeners::Workers& workers, Listeners& listeners,
           const std::atomic<std::uint32_t>& open, DrainTimes times,
           const std::function<bool(milliseconds)>& give_up) {
  constexpr auto kLook = 20ms;
  const SteadyTime begun = std::chrono::steady_clock::now();
  listeners.leave_all();
  for (const auto& worker : workers) worker->drain();
  for (;;) {
    const bool closed = listeners.close_left();
    if (closed && open.load() == 0) return;
    const auto passed = std::chrono::steady_clock::now() - begun;
    if (passed >= times.at_most) break;
    if (passed >= times.idle) {
      for (const auto& worker : workers) worker->end_idle(times.idle);
    }
    if (give_up(kLook)) break;
  }
  listeners.close_left();
}

}  // namespace gateway
