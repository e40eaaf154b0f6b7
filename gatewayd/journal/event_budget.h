#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "shared/base/decider.h"
#include "shared/store/security_row.h"

namespace gateway::journal {

// Events of one kind that a worker hands over a second; what comes beyond is counted. So a flood of
// one kind neither fills the ring nor hides events of another kind.
inline constexpr std::uint32_t kEventsASecond = 200;

// How many events of each kind one worker counted without handing them over. Written by that worker
// alone, read by any thread.
class CountedEvents {
 public:
  static constexpr std::size_t kKinds = 256;
  static constexpr std::size_t kActions = 2;

  void add(Decider kind, store::SecurityAction action) {
    // One writer: no locked instruction is needed.
    auto& counter = counters_[index(kind, action)];
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  std::uint64_t count(Decider kind, store::SecurityAction action) const {
    return counters_[index(kind, action)].load(std::memory_order_relaxed);
  }

  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& counter : counters_) sum += counter.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  static std::size_t index(Decider kind, store::SecurityAction action) {
    return static_cast<std::size_t>(kind) * kActions + (static_cast<std::size_t>(action) & 1);
  }

  std::array<std::atomic<std::uint64_t>, kKinds * kActions> counters_{};
};

// Traces of one decider that a worker hands over a second; of what comes beyond none is kept.
inline constexpr std::uint32_t kTracesASecond = 200;

// Whether a worker may hand over one more event of a kind in this second. The worker's own.
class EventBudget {
 public:
  explicit EventBudget(std::uint32_t a_second) : a_second_(a_second) {}

  // `second`: of a clock that never goes back.
  bool take(Decider kind, std::int64_t second) {
    if (second != second_) {
      second_ = second;
      taken_.fill(0);
    }
    std::uint16_t& taken = taken_[static_cast<std::size_t>(kind)];
    if (taken >= a_second_) return false;
    ++taken;
    return true;
  }

 private:
  const std::uint32_t a_second_;
  std::int64_t second_ = 0;
  std::array<std::uint16_t, CountedEvents::kKinds> taken_{};
};

}  // namespace gateway::journal
