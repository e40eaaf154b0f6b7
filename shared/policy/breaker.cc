#include "shared/policy/breaker.h"

#include <algorithm>

#include "shared/policy/steady_ms.h"

namespace gateway::policy {
namespace {

using Kind = BreakerTicket::Kind;
using Verdict = UpstreamOutcome::Verdict;

constexpr auto kRelaxed = std::memory_order_relaxed;
// A place among the probes is free again within an attempt's time, which nobody knows.
constexpr std::uint32_t kRetryAfterProbe = 1;

std::uint32_t seconds_left(std::uint64_t until_ms, std::uint64_t now_ms) {
  const std::uint64_t left = (until_ms - now_ms + 998) / 1000;  // both are rounded to 1 ms
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(left, 1, UINT32_MAX));
}

}  // namespace

void Breaker::adopt(const config::Breaker& config) {
  failures_.store(std::clamp(config.failures, 1u, BreakerWord::kMaxCount), kRelaxed);
  successes_.store(std::clamp(config.successes, 1u, BreakerWord::kMaxCount), kRelaxed);
  probes_.store(std::clamp(config.probes, 1u, BreakerWord::kMaxProbes), kRelaxed);
  rate_.store(config.rate.value_or(0), kRelaxed);
  min_requests_.store(config.min_requests, kRelaxed);
  const auto open_for = std::clamp<milliseconds::rep>(config.open_for.count(), 0, UINT32_MAX);
  open_for_ms_.store(static_cast<std::uint32_t>(open_for), kRelaxed);
  window_.set_length(config.window);
}

Breaker::Admission Breaker::admit(SteadyTime now) {
  BreakerWord seen(word_.load(std::memory_order_acquire));
  if (seen.state() == BreakerState::closed) return {{Kind::allowed, seen.generation()}, 0, {}};
  const std::uint64_t now_ms = ms_of(now);
  for (;;) {
    if (seen.state() == BreakerState::closed) return {{Kind::allowed, seen.generation()}, 0, {}};
    if (seen.state() == BreakerState::open) {
      if (now_ms < seen.until_ms()) return {{}, seconds_left(seen.until_ms(), now_ms), {}};
      const BreakerWord from = seen;
      const BreakerWord next = BreakerWord::half_open(seen.next_generation(), 0, 1);
      if (!transit(seen, next, now)) continue;
      return {{Kind::probe, next.generation()},
              0,
              describe(from, next, BreakerReason::pause_over, now)};
    }
    if (seen.probes() >= probes_.load(kRelaxed)) return {{}, kRetryAfterProbe, {}};
    const BreakerWord next =
        BreakerWord::half_open(seen.generation(), seen.successes(), seen.probes() + 1);
    if (move(seen, next)) return {{Kind::probe, next.generation()}, 0, {}};
  }
}

BreakerChange Breaker::record(BreakerTicket ticket, const UpstreamOutcome& outcome,
                              const Uuid& request, SteadyTime now) {
  const BreakerWord seen(word_.load(std::memory_order_acquire));
  if (!ticket.admitted() || seen.generation() != ticket.generation) return {};
  const bool failed = outcome.verdict == Verdict::failure;
  if (failed) {
    note({outcome.decider, outcome.status});
    ids_.add(request);
  }
  if (seen.state() == BreakerState::half_open) return record_probe(seen, outcome, now);
  if (seen.state() == BreakerState::open || outcome.verdict == Verdict::neither) return {};
  return record_closed(seen, failed, now);
}

BreakerChange Breaker::record_closed(BreakerWord seen, bool failed, SteadyTime now) {
  const std::uint32_t generation = seen.generation();
  if (rate_.load(kRelaxed) != 0) window_.add({1, failed ? 1u : 0u}, generation, now);
  while (seen.generation() == generation) {
    if (!failed) {
      if (seen.failures() == 0) return {};
      if (move(seen, BreakerWord::closed(generation, 0))) return {};
      continue;
    }
    const std::uint32_t failures = seen.failures() + 1;
    const BreakerReason reason = reason_to_open(failures, generation, now);
    if (reason == BreakerReason::none) {
      if (move(seen, BreakerWord::closed(generation, failures))) return {};
      continue;
    }
    const BreakerWord next = opened(seen, now);
    if (!transit(seen, next, now)) continue;
    opened_after_.store(failures, kRelaxed);
    return describe(BreakerWord::closed(generation, failures), next, reason, now);
  }
  return {};
}

BreakerReason Breaker::reason_to_open(std::uint32_t failures, std::uint32_t generation,
                                      SteadyTime now) const {
  if (failures >= failures_.load(kRelaxed)) return BreakerReason::failures_in_a_row;
  const std::uint32_t rate = rate_.load(kRelaxed);
  if (rate == 0) return BreakerReason::none;
  const RatioWindow::Counts counts = window_.counts(generation, now);
  const bool reached = counts.all >= min_requests_.load(kRelaxed) && counts.all > 0 &&
                       counts.some * 100 >= counts.all * rate;
  return reached ? BreakerReason::failure_rate : BreakerReason::none;
}

BreakerChange Breaker::record_probe(BreakerWord seen, const UpstreamOutcome& outcome,
                                    SteadyTime now) {
  const std::uint32_t generation = seen.generation();
  while (seen.generation() == generation) {
    const BreakerWord from = seen;
    if (outcome.verdict == Verdict::failure) {
      const BreakerWord next = opened(seen, now);
      if (!transit(seen, next, now)) continue;
      return describe(from, next, BreakerReason::probe_failed, now);
    }
    const bool succeeded = outcome.verdict == Verdict::success;
    const std::uint32_t successes = seen.successes() + (succeeded ? 1 : 0);
    const std::uint32_t probes = seen.probes() - std::min(seen.probes(), 1u);
    if (!succeeded || successes < successes_.load(kRelaxed)) {
      if (move(seen, BreakerWord::half_open(generation, successes, probes))) return {};
      continue;
    }
    const BreakerWord next = BreakerWord::closed(seen.next_generation(), 0);
    if (!transit(seen, next, now)) continue;
    return describe(BreakerWord::half_open(generation, successes, probes), next,
                    BreakerReason::probes_succeeded, now);
  }
  return {};
}

BreakerChange Breaker::open(SteadyTime until, SteadyTime now) {
  BreakerWord seen(word_.load(std::memory_order_acquire));
  const std::uint64_t until_ms = end_ms_of(std::max(until, now));
  for (;;) {
    const BreakerWord from = seen;
    const BreakerWord next = BreakerWord::open(seen.next_generation(), until_ms, true);
    if (!transit(seen, next, now)) continue;
    if (from.state() == BreakerState::closed) opened_after_.store(from.failures(), kRelaxed);
    return describe(from, next, BreakerReason::opened_by_hand, now);
  }
}

BreakerChange Breaker::reset(SteadyTime now) {
  BreakerWord seen(word_.load(std::memory_order_acquire));
  for (;;) {
    const BreakerWord from = seen;
    const BreakerWord next = BreakerWord::closed(seen.next_generation(), 0);
    if (!transit(seen, next, now)) continue;
    return describe(from, next, BreakerReason::reset_by_hand, now);
  }
}

BreakerWord Breaker::opened(BreakerWord from, SteadyTime now) const {
  const SteadyTime until = now + milliseconds(open_for_ms_.load(kRelaxed));
  return BreakerWord::open(from.next_generation(), end_ms_of(until), false);
}

bool Breaker::move(BreakerWord& seen, BreakerWord next) {
  std::uint64_t raw = seen.raw();
  if (word_.compare_exchange_weak(raw, next.raw(), std::memory_order_acq_rel,
                                  std::memory_order_acquire)) {
    return true;
  }
  seen = BreakerWord(raw);
  return false;
}

// The time is stored first, so that nobody sees a pause whose beginning is long gone; who fails
// here has stored the time of the one who did not, but for an instant.
bool Breaker::transit(BreakerWord& seen, BreakerWord next, SteadyTime now) {
  since_us_.store(us_of(now), kRelaxed);
  return move(seen, next);
}

void Breaker::note(LastFailure failure) {
  last_failure_.store(
      static_cast<std::uint32_t>(failure.status) << 8 | static_cast<std::uint32_t>(failure.decider),
      kRelaxed);
}

LastFailure Breaker::last_failure() const {
  const std::uint32_t packed = last_failure_.load(kRelaxed);
  return {static_cast<Decider>(packed & 0xff), static_cast<std::uint16_t>(packed >> 8)};
}

BreakerChange Breaker::describe(BreakerWord from, BreakerWord to, BreakerReason reason,
                                SteadyTime now) const {
  BreakerChange change;
  change.from = from.state();
  change.to = to.state();
  change.reason = reason;
  change.last = last_failure();
  if (from.state() == BreakerState::half_open) change.successes = from.successes();
  if (from.state() == BreakerState::closed) {
    change.failures = from.failures();
    if (rate_.load(kRelaxed) != 0) {
      const RatioWindow::Counts counts = window_.counts(from.generation(), now);
      change.window_requests = static_cast<std::uint32_t>(counts.all);
      change.window_failures = static_cast<std::uint32_t>(counts.some);
    }
  }
  if (to.state() == BreakerState::open) {
    change.open_for = std::chrono::ceil<milliseconds>(time_of(to.until_ms()) - now);
  }
  return change;
}

}  // namespace gateway::policy
