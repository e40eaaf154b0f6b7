#include "gatewayd/net/timer_wheel.h"

#include <algorithm>

namespace gateway::net {

void Timer::unlink() {
  if (link_ == nullptr) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  link_ = nullptr;
  next_ = nullptr;
}

// Rounded up, so that nothing fires early.
std::uint64_t TimerWheel::tick_of(SteadyTime time) const {
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(time - start_).count();
  constexpr auto kNanos = std::chrono::nanoseconds(kTick).count();
  return since <= 0 ? 0 : static_cast<std::uint64_t>((since + kNanos - 1) / kNanos);
}

void TimerWheel::link(Timer& timer, std::uint64_t tick) {
  // A deadline beyond one turn is linked at the turn's end and looked at again there.
  timer.tick_ = std::clamp(tick, current_, current_ + kSlots - 1);
  Timer*& slot = slots_[timer.tick_ % kSlots];
  timer.next_ = slot;
  timer.link_ = &slot;
  if (slot != nullptr) slot->link_ = &timer.next_;
  slot = &timer;
  earliest_ = std::min(earliest_, timer.tick_);
}

void TimerWheel::arm(Timer& timer, SteadyTime deadline) {
  timer.deadline_ = deadline;
  if (deadline == kNever) return;
  const std::uint64_t tick = tick_of(deadline);
  if (timer.link_ != nullptr) {
    if (timer.tick_ <= tick) return;
    timer.unlink();
  }
  link(timer, tick);
}

void TimerWheel::advance(SteadyTime now) {
  const auto elapsed = now - start_;
  const auto due = static_cast<std::uint64_t>(elapsed / kTick);
  if (due < earliest_) return;
  const std::uint64_t first = std::max(current_, earliest_);
  // Every slot once at the most: after a long stall one turn of the wheel covers all of them.
  const std::uint64_t last = std::min(due, first + kSlots - 1);
  current_ = due + 1;
  earliest_ = UINT64_MAX;
  for (std::uint64_t tick = first; tick <= last; ++tick) {
    Timer* list = slots_[tick % kSlots];
    slots_[tick % kSlots] = nullptr;
    if (list != nullptr) list->link_ = &list;
    while (list != nullptr) {
      Timer& timer = *list;
      timer.unlink();
      if (timer.deadline_ == kNever) continue;
      if (timer.deadline_ > now) {
        link(timer, tick_of(timer.deadline_));
        continue;
      }
      timer.deadline_ = kNever;
      timer.expired();  // may destroy any timer, also those still in `list`
    }
  }
  // What was linked above need not be the next to come: others stand where they were.
  const std::uint64_t end = std::min(earliest_, current_ + kSlots);
  for (std::uint64_t tick = current_; tick < end; ++tick) {
    if (slots_[tick % kSlots] == nullptr) continue;
    earliest_ = tick;
    break;
  }
}

int TimerWheel::sleep_ms(SteadyTime now) const {
  if (earliest_ == UINT64_MAX) return -1;
  const SteadyTime wake = start_ + kTick * static_cast<std::int64_t>(earliest_);
  if (wake <= now) return 0;
  return static_cast<int>(std::chrono::ceil<milliseconds>(wake - now).count());
}

}  // namespace gateway::net
