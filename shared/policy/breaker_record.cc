#include <algorithm>

#include "shared/policy/breaker.h"
#include "shared/policy/steady_ms.h"

namespace gateway::policy {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

BreakerView Breaker::view(SteadyTime now) const {
  const BreakerWord word(word_.load(std::memory_order_acquire));
  BreakerView view;
  view.state = word.state();
  view.by_hand = word.by_hand();
  view.since = SteadyTime(microseconds(since_us_.load(kRelaxed)));
  view.last = last_failure();
  view.failures = opened_after_.load(kRelaxed);
  if (word.state() == BreakerState::open) view.until = time_of(word.until_ms());
  if (word.state() == BreakerState::half_open) {
    view.successes = word.successes();
    view.probes = word.probes();
  }
  if (word.state() == BreakerState::closed) {
    view.failures = word.failures();
    const RatioWindow::Counts counts = window_.counts(word.generation(), now);
    view.window_requests = static_cast<std::uint32_t>(counts.all);
    view.window_failures = static_cast<std::uint32_t>(counts.some);
  }
  return view;
}

std::vector<Uuid> Breaker::failed_requests(std::size_t most) const {
  std::vector<Uuid> ids = ids_.latest();
  const std::size_t surplus = ids.size() - std::min(ids.size(), most);
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(surplus));
  return ids;
}

std::optional<BreakerRecord> Breaker::save(SteadyTime now, UnixMicros unix_now) const {
  const BreakerView state = view(now);
  if (state.state == BreakerState::closed) return std::nullopt;
  BreakerRecord record;
  record.state = state.state;
  record.by_hand = state.by_hand;
  record.opened_at = unix_now - (us_of(now) - us_of(state.since));
  if (state.state == BreakerState::open) {
    const auto pause = std::chrono::ceil<milliseconds>(state.until - state.since);
    record.open_for = std::max(pause, milliseconds(0));
  }
  record.failures = state.failures;
  record.last = state.last;
  return record;
}

bool Breaker::restore(const BreakerRecord& record, SteadyTime now, UnixMicros unix_now) {
  if (record.state != BreakerState::open && record.state != BreakerState::half_open) return false;
  constexpr milliseconds kLongest(BreakerWord::kMaxUntil / 2);
  const milliseconds open_for = std::clamp(record.open_for, milliseconds(0), kLongest);
  // A clock that was set back must not make the pause longer than it was.
  const UnixMicros opened_at =
      std::clamp<UnixMicros>(record.opened_at, 0, std::max<UnixMicros>(unix_now, 0));
  const microseconds passed(std::max<UnixMicros>(unix_now, 0) - opened_at);
  BreakerWord next = BreakerWord::half_open(1, 0, 0);
  if (record.state == BreakerState::open && passed < open_for) {
    next = BreakerWord::open(1, end_ms_of(now + (open_for - passed)), record.by_hand);
  }
  std::uint64_t untouched = BreakerWord().raw();
  if (!word_.compare_exchange_strong(untouched, next.raw(), std::memory_order_acq_rel)) {
    return false;
  }
  since_us_.store(us_of(now) - passed.count(), kRelaxed);
  opened_after_.store(record.failures, kRelaxed);
  note(record.last);
  return true;
}

}  // namespace gateway::policy
