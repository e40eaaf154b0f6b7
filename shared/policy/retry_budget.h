#pragma once

#include <atomic>
#include <cstdint>

#include "shared/base/clock.h"
#include "shared/policy/ratio_window.h"

namespace gateway::policy {

// Keeps retries and hedges from multiplying an outage: within the last kBudgetWindow they are at
// most `percent` of a service's requests, and kBudgetReserve more, so that a service with few
// requests can retry as well (one a second, on average). Exact, however many threads ask at once.
// Any thread; nothing locks or allocates; some 90 bytes. Outlives a config.
class RetryBudget {
 public:
  explicit RetryBudget(std::uint32_t percent) : percent_(percent) {
    window_.set_length(kBudgetWindow);
  }
  // A new share; what was counted stays.
  void adopt(std::uint32_t percent) { percent_.store(percent, std::memory_order_relaxed); }

  // Once for each request of a client, however often it is tried.
  void count_request(SteadyTime now) { window_.add({1, 0}, 0, now); }
  // Whether one more attempt may be made; if so, it is counted.
  bool take(SteadyTime now);

  static constexpr milliseconds kBudgetWindow = 10s;
  static constexpr std::uint64_t kBudgetReserve = 10;

 private:
  RatioWindow window_;  // requests, and the retries among them
  std::atomic<std::uint32_t> percent_;
};

}  // namespace gateway::policy
