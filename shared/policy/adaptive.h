#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "shared/base/clock.h"
#include "shared/config/policies.h"
#include "shared/policy/limit_rate.h"
#include "shared/policy/limit_rule.h"

namespace gateway::policy {

// How busy the gateway itself is.
struct Load {
  milliseconds lag{};     // the longest that a worker's loop was late in the last second
  milliseconds p99{};     // of all answers in the last minute
  std::uint32_t cpu = 0;  // per cent of the cores that the workers may use
};

// The curve: each second over the stated load takes a tenth of the factor away, down to the floor;
// each second under it gives 5 % of the full limit back. From full to a quarter in 14 s, and back
// in 15 s.
inline constexpr std::uint32_t kShrinkPerMille = 900;  // of the factor
inline constexpr std::uint32_t kGrowth = 50;           // per mille of the full limit

// Whether `load` is over one of the figures that are set.
bool is_over(const config::Adaptive& adaptive, const Load& load);

// The factor a second later.
std::uint32_t next_factor(std::uint32_t factor, const config::Adaptive& adaptive, const Load& load);

// The factors in force, by the index of the rule. One thread sets, any number reads.
class LimitFactors {
 public:
  explicit LimitFactors(std::size_t rules);
  // Per mille; kFullFactor for a rule that has none.
  std::uint32_t of(std::uint32_t rule) const {
    return rule < count_ ? factors_[rule].load(std::memory_order_relaxed) : kFullFactor;
  }
  void set(std::uint32_t rule, std::uint32_t per_mille) {
    if (rule < count_) factors_[rule].store(per_mille, std::memory_order_relaxed);
  }

 private:
  std::size_t count_;
  std::unique_ptr<std::atomic<std::uint32_t>[]> factors_;
};

// What outlives a reload: the factors below full, by name of the rule. One thread.
struct AdaptiveState {
  std::map<std::string, std::uint32_t, std::less<>> factors;
};

// One second: takes the next factor of every adaptive rule into the state and into `factors`.
// Forgets rules that are gone or no longer adaptive.
void advance(std::span<const LimitRule> rules, const Load& load, AdaptiveState& state,
             LimitFactors& factors);
// For new rules after a reload: `factors` as the state has them.
void carry_over(std::span<const LimitRule> rules, const AdaptiveState& state,
                LimitFactors& factors);

}  // namespace gateway::policy
