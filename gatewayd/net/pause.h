#pragma once

#include <coroutine>

#include "gatewayd/net/interruptible.h"
#include "gatewayd/net/loop.h"
#include "gatewayd/net/stream.h"

namespace gateway::net {

// A wait for nothing but time, or for whoever calls wake(). One coroutine at a time; destroyed by
// it alone.
class Pause final : public Timer, public Interruptible {
 public:
  explicit Pause(Loop& loop) : loop_(loop) {}

  // co_await: timeout at `deadline`, ready when woken, interrupted.
  auto until(SteadyTime deadline) {
    struct Awaiter {
      Pause& pause;
      SteadyTime deadline;
      bool await_ready() const noexcept { return pause.interrupted_; }
      void await_suspend(std::coroutine_handle<> handle) const { pause.wait(handle, deadline); }
      Wait await_resume() const noexcept {
        return pause.interrupted_ ? Wait::interrupted : pause.outcome_;
      }
    };
    return Awaiter{*this, deadline};
  }

  bool waiting() const { return static_cast<bool>(handle_); }
  void wake() { resume(Wait::ready); }
  void interrupt() override;

 private:
  void wait(std::coroutine_handle<> handle, SteadyTime deadline);
  void resume(Wait outcome);
  void expired() override { resume(Wait::timeout); }

  Loop& loop_;
  std::coroutine_handle<> handle_;
  Wait outcome_ = Wait::ready;
  bool interrupted_ = false;
};

}  // namespace gateway::net
