#include "shared/policy/health.h"

#include <fmt/format.h>

#include <algorithm>

namespace gateway::policy {
namespace {

// The word of PeerHealth, unpacked. In the word, from the lowest bit:
struct Parts {
  HealthState said = HealthState::unknown;     // 2: the state that was last told
  HealthState verdict = HealthState::unknown;  // 2: what the checks say
  bool passed = false;                         // 1: whether the last check passed
  std::uint32_t checks = 0;                    // 7: checks in a row that ended like the last one
  std::uint32_t failures = 0;                  // 14: requests in a row that failed
  std::uint64_t rest_until = 0;                // 38: steady milliseconds; 0: there is no rest

  bool resting(SteadyTime now) const {
    return rest_until != 0 && now < SteadyTime(milliseconds(rest_until));
  }
  HealthState effective(SteadyTime now) const {
    return resting(now) ? HealthState::unhealthy : verdict;
  }
};

constexpr std::uint64_t kChecksMask = 0x7f;
constexpr std::uint64_t kFailuresMask = 0x3fff;
constexpr std::uint64_t kMaxRest = (std::uint64_t{1} << 38) - 1;
static_assert(HealthRules::kMaxChecks <= kChecksMask);
static_assert(HealthRules::kMaxFailures <= kFailuresMask);

Parts unpack(std::uint64_t word) {
  Parts parts;
  parts.said = static_cast<HealthState>(word & 3);
  parts.verdict = static_cast<HealthState>(word >> 2 & 3);
  parts.passed = (word >> 4 & 1) != 0;
  parts.checks = static_cast<std::uint32_t>(word >> 5 & kChecksMask);
  parts.failures = static_cast<std::uint32_t>(word >> 12 & kFailuresMask);
  parts.rest_until = word >> 26;
  return parts;
}

std::uint64_t pack(const Parts& parts) {
  return static_cast<std::uint64_t>(parts.said) | static_cast<std::uint64_t>(parts.verdict) << 2 |
         static_cast<std::uint64_t>(parts.passed) << 4 | std::uint64_t{parts.checks} << 5 |
         std::uint64_t{parts.failures} << 12 | parts.rest_until << 26;
}

std::uint64_t steady_ms(SteadyTime time) {
  const auto count = std::chrono::ceil<milliseconds>(time.time_since_epoch()).count();
  return std::clamp<std::uint64_t>(count < 0 ? 0 : static_cast<std::uint64_t>(count), 1, kMaxRest);
}

// What time and rules alone change.
HealthChange::Cause settle_parts(Parts& parts, const HealthRules& rules, SteadyTime now) {
  HealthChange::Cause cause = HealthChange::Cause::rules;
  if (parts.rest_until != 0 && (!parts.resting(now) || rules.passive_failures == 0)) {
    if (!parts.resting(now)) cause = HealthChange::Cause::rest_over;
    parts.rest_until = 0;
  }
  if (rules.passive_failures == 0) parts.failures = 0;
  if (rules.unhealthy_after == 0) {
    parts.verdict = HealthState::unknown;
    parts.passed = false;
    parts.checks = 0;
  }
  return cause;
}

std::string with_last(std::string text, const HealthFault& fault) {
  if (fault.what[0] == '\0') return text;
  text += fmt::format(", last: {}", fault.what);
  if (fault.status != 0) text += fmt::format(" {}", fault.status);
  return text;
}

std::string counted(std::uint32_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

HealthRules health_rules(const config::UpstreamPolicies& policies) {
  HealthRules rules;
  if (policies.health) {
    rules.healthy_after = std::clamp(policies.health->healthy_after, 1u, HealthRules::kMaxChecks);
    rules.unhealthy_after =
        std::clamp(policies.health->unhealthy_after, 1u, HealthRules::kMaxChecks);
  }
  rules.passive_failures = std::min(policies.passive_failures, HealthRules::kMaxFailures);
  rules.passive_rest = policies.passive_rest;
  return rules;
}

std::string reason_of(const HealthChange& change) {
  using Cause = HealthChange::Cause;
  switch (change.cause) {
    case Cause::checks_failed:
      return with_last(counted(change.count, "check", "checks") + " failed", change.last);
    case Cause::checks_passed:
      return counted(change.count, "check", "checks") + " passed";
    case Cause::traffic:
      return with_last(counted(change.count, "failure", "failures") + " in live traffic",
                       change.last);
    case Cause::rest_over:
      return "the rest after failures in live traffic is over";
    case Cause::rules:
      break;
  }
  return "the configuration has changed";
}

HealthState PeerHealth::effective(Word word, SteadyTime now) {
  return unpack(word).effective(now);
}

// `step` changes the parts and the change's cause, count and last; it may run more than once.
template <class Step>
std::optional<HealthChange> PeerHealth::apply(const HealthRules& rules, SteadyTime now, Step step) {
  Word word = word_.load(std::memory_order_acquire);
  for (;;) {
    Parts parts = unpack(word);
    const HealthState from = parts.said;
    const std::uint64_t rest_until = parts.rest_until;
    HealthChange change;
    change.cause = settle_parts(parts, rules, now);
    step(parts, change);
    const HealthState to = parts.effective(now);
    parts.said = to;
    const Word next = pack(parts);
    if (next == word) return std::nullopt;
    if (!word_.compare_exchange_weak(word, next, std::memory_order_acq_rel)) continue;
    if (from == to) return std::nullopt;
    if (from == HealthState::unhealthy) {
      const bool by_time = rest_until != 0 && now >= SteadyTime(milliseconds(rest_until));
      const SteadyTime since = by_time && change.cause == HealthChange::Cause::rest_over
                                   ? SteadyTime(milliseconds(rest_until))
                                   : now;
      since_.store(since.time_since_epoch(), std::memory_order_release);
    }
    change.from = from;
    change.to = to;
    return change;
  }
}

std::optional<HealthChange> PeerHealth::check_passed(const HealthRules& rules, SteadyTime now) {
  if (rules.unhealthy_after == 0) return settle(rules, now);
  return apply(rules, now, [&](Parts& parts, HealthChange& change) {
    parts.checks = parts.passed ? std::min(parts.checks + 1, HealthRules::kMaxChecks) : 1;
    parts.passed = true;
    if (parts.verdict == HealthState::healthy || parts.checks < rules.healthy_after) return;
    parts.verdict = HealthState::healthy;
    if (parts.resting(now)) return;
    change.cause = HealthChange::Cause::checks_passed;
    change.count = parts.checks;
  });
}

std::optional<HealthChange> PeerHealth::check_failed(const HealthRules& rules, HealthFault fault,
                                                     SteadyTime now) {
  if (rules.unhealthy_after == 0) return settle(rules, now);
  return apply(rules, now, [&](Parts& parts, HealthChange& change) {
    parts.checks = parts.passed ? 1 : std::min(parts.checks + 1, HealthRules::kMaxChecks);
    parts.passed = false;
    if (parts.verdict == HealthState::unhealthy) return;
    const HealthState before = parts.verdict;
    parts.verdict =
        parts.checks >= rules.unhealthy_after ? HealthState::unhealthy : HealthState::degraded;
    if (parts.verdict == before || parts.resting(now)) return;
    change.cause = HealthChange::Cause::checks_failed;
    change.count = parts.checks;
    change.last = fault;
  });
}

std::optional<HealthChange> PeerHealth::request_failed(const HealthRules& rules, HealthFault fault,
                                                       SteadyTime now) {
  if (rules.passive_failures == 0) return std::nullopt;
  return apply(rules, now, [&](Parts& parts, HealthChange& change) {
    if (parts.effective(now) == HealthState::unhealthy) return;
    if (++parts.failures < rules.passive_failures) return;
    change.cause = HealthChange::Cause::traffic;
    change.count = parts.failures;
    change.last = fault;
    parts.failures = 0;
    parts.rest_until = steady_ms(now + rules.passive_rest);
  });
}

std::optional<HealthChange> PeerHealth::clear_failures(const HealthRules& rules, SteadyTime now) {
  return apply(rules, now, [&](Parts& parts, HealthChange&) { parts.failures = 0; });
}

std::optional<HealthChange> PeerHealth::settle(const HealthRules& rules, SteadyTime now) {
  return apply(rules, now, [](Parts&, HealthChange&) {});
}

SteadyTime PeerHealth::usable_since(SteadyTime now) const {
  const Parts parts = unpack(word_.load(std::memory_order_acquire));
  const SteadyTime since(since_.load(std::memory_order_acquire));
  // A rest that is over and that nobody has settled yet.
  if (parts.rest_until == 0 || parts.resting(now) || parts.said != HealthState::unhealthy) {
    return since;
  }
  return SteadyTime(milliseconds(parts.rest_until));
}

HealthState combine(std::span<const HealthState> peers) {
  std::size_t healthy = 0;
  std::size_t degraded = 0;
  std::size_t unhealthy = 0;
  for (const HealthState state : peers) {
    healthy += state == HealthState::healthy;
    degraded += state == HealthState::degraded;
    unhealthy += state == HealthState::unhealthy;
  }
  if (unhealthy > 0 && unhealthy == peers.size()) return HealthState::unhealthy;
  if (unhealthy + degraded > 0) return HealthState::degraded;
  return healthy > 0 ? HealthState::healthy : HealthState::unknown;
}

}  // namespace gateway::policy
