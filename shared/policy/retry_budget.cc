#include "shared/policy/retry_budget.h"

namespace gateway::policy {

bool RetryBudget::take(SteadyTime now) {
  // Counted before it is compared: of two threads that ask for the last one, at least one sees the
  // other, so never do both get it.
  window_.add({0, 1}, 0, now);
  const RatioWindow::Counts counts = window_.counts(0, now);
  const std::uint64_t share = counts.all * percent_.load(std::memory_order_relaxed) / 100;
  if (counts.some <= share + kBudgetReserve) return true;
  window_.take_back_some(0, now);
  return false;
}

}  // namespace gateway::policy
