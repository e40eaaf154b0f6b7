#include "gatewayd/net/pause.h"

#include <utility>

namespace gateway::net {

void Pause::wait(std::coroutine_handle<> handle, SteadyTime deadline) {
  handle_ = handle;
  loop_.timers().arm(*this, deadline);
}

void Pause::resume(Wait outcome) {
  if (!handle_) return;
  disarm();
  outcome_ = outcome;
  std::exchange(handle_, nullptr).resume();
}

void Pause::interrupt() {
  interrupted_ = true;
  resume(Wait::interrupted);
}

}  // namespace gateway::net
