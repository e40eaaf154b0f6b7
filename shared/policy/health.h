#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "shared/base/clock.h"
#include "shared/base/health_state.h"
#include "shared/config/upstream.h"

namespace gateway::policy {

// When an instance counts as healthy or not. Of a service's config; 0 turns a way of judging off.
struct HealthRules {
  static constexpr std::uint32_t kMaxChecks = 100;
  static constexpr std::uint32_t kMaxFailures = 10'000;

  std::uint32_t healthy_after = 0;     // passed checks in a row, up to kMaxChecks
  std::uint32_t unhealthy_after = 0;   // failed checks in a row; 0: nothing is checked
  std::uint32_t passive_failures = 0;  // requests in a row, up to kMaxFailures; 0: none are counted
  milliseconds passive_rest{};         // how long an instance is then left out
};
HealthRules health_rules(const config::UpstreamPolicies& policies);

// What went wrong last, for the reason of a change.
struct HealthFault {
  const char* what = "";     // static: "connect refused", "timeout", "status"
  std::uint16_t status = 0;  // of an answer, where that is what was wrong
};

// One change of state, given to exactly one caller.
struct HealthChange {
  enum class Cause : std::uint8_t {
    checks_failed,  // `count` in a row
    checks_passed,  // `count` in a row
    traffic,        // `count` requests failed in a row
    rest_over,      // what live traffic had marked may be tried again
    rules,          // it is no longer checked, or traffic no longer judges
  };
  HealthState from = HealthState::unknown;
  HealthState to = HealthState::unknown;
  Cause cause = Cause::rules;
  std::uint32_t count = 0;
  HealthFault last;  // of checks_failed and traffic
};

// "3 checks failed, last: connect refused"; "5 failures in live traffic, last: timeout". Allocates:
// not for the request path.
std::string reason_of(const HealthChange& change);

// The state of one peer, judged by checks and by live traffic, whichever is worse: checks make it
// healthy, degraded or unhealthy; failures in a row of live traffic make it unhealthy for a rest,
// which lasts in full, and then it is what the checks say, or unknown. Any thread, without a lock;
// a request that succeeds costs a load. Outlives configs: the rules come with each call.
class PeerHealth {
 public:
  // `usable_since`: since when it may get requests, for slow start; SteadyTime{}: long ago.
  explicit PeerHealth(SteadyTime usable_since = {}) : since_(usable_since.time_since_epoch()) {}

  // A check has ended. `fault`: of one that failed.
  std::optional<HealthChange> check_passed(const HealthRules& rules, SteadyTime now);
  std::optional<HealthChange> check_failed(const HealthRules& rules, HealthFault fault,
                                           SteadyTime now);

  // A request has ended well or badly; what counts as bad is the caller's (never a client's leave).
  // Of a peer that is left out nothing is counted: late answers and last resorts say nothing new.
  std::optional<HealthChange> request_succeeded(const HealthRules& rules, SteadyTime now) {
    if ((word_.load(std::memory_order_relaxed) & kTrafficBits) == 0) return std::nullopt;
    return clear_failures(rules, now);
  }
  std::optional<HealthChange> request_failed(const HealthRules& rules, HealthFault fault,
                                             SteadyTime now);

  // Notices what time or new rules alone change: the end of a rest, checks that are no longer made.
  // To be called now and then, and after a reload.
  std::optional<HealthChange> settle(const HealthRules& rules, SteadyTime now);

  HealthState state(SteadyTime now) const {
    return effective(word_.load(std::memory_order_acquire), now);
  }
  // Whether it may get requests.
  bool usable(SteadyTime now) const { return state(now) != HealthState::unhealthy; }
  // When it became usable; of one that is not: when it last did.
  SteadyTime usable_since(SteadyTime now) const;

 private:
  // One word, so that every change is one compare-and-swap; its layout stands in health.cc. Traffic
  // has the upper bits: all zero when no request failed last and there is no rest.
  using Word = std::uint64_t;
  static constexpr unsigned kTrafficShift = 12;
  static constexpr Word kTrafficBits = ~Word{0} << kTrafficShift;

  static HealthState effective(Word word, SteadyTime now);
  template <class Step>
  std::optional<HealthChange> apply(const HealthRules& rules, SteadyTime now, Step step);
  std::optional<HealthChange> clear_failures(const HealthRules& rules, SteadyTime now);

  std::atomic<Word> word_{0};
  std::atomic<SteadyTime::duration> since_;
};

// The state of a service with peers in these states: healthy when at least one is and none is worse
// than unknown.
HealthState combine(std::span<const HealthState> peers);

}  // namespace gateway::policy
