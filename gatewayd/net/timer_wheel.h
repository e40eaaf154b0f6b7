#pragma once

#include <array>
#include <cstdint>

#include "shared/base/clock.h"

namespace gateway::net {

inline constexpr SteadyTime kNever = SteadyTime::max();

class TimerWheel;

// One deadline, owned by whoever waits; unlinks itself when destroyed. To move a deadline later
// costs one store: the wheel notices when the old one comes round.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() { unlink(); }

  void disarm() { deadline_ = kNever; }
  SteadyTime deadline() const { return deadline_; }

 protected:
  // Called by the loop's thread once the deadline has passed; the timer is disarmed by then.
  virtual void expired() = 0;

 private:
  friend class TimerWheel;
  void unlink();

  Timer* next_ = nullptr;
  Timer** link_ = nullptr;  // what points at this timer; null: not in the wheel
  SteadyTime deadline_ = kNever;
  std::uint64_t tick_ = 0;  // where it is linked
};

// All deadlines of one worker, checked every kTick: a timeout fires up to kTick late, never early.
// One timerfd for each operation would cost a system call each (Asio's steady_timer re-arms it).
class TimerWheel {
 public:
  static constexpr milliseconds kTick{10};

  explicit TimerWheel(SteadyTime start) : start_(start) {}

  void arm(Timer& timer, SteadyTime deadline);
  // Fires what is due at `now`.
  void advance(SteadyTime now);
  // How long the loop may sleep; negative: nothing is armed.
  int sleep_ms(SteadyTime now) const;

 private:
  static constexpr std::size_t kSlots = 1024;

  std::uint64_t tick_of(SteadyTime time) const;
  void link(Timer& timer, std::uint64_t tick);

  SteadyTime start_;
  std::uint64_t current_ = 0;            // ticks before this one are done
  std::uint64_t earliest_ = UINT64_MAX;  // no timer is linked before this tick
  std::array<Timer*, kSlots> slots_{};
};

}  // namespace gateway::net
