#include "shared/policy/adaptive.h"

#include <algorithm>

namespace gateway::policy {
namespace {

std::uint32_t factor_of(const AdaptiveState& state, std::string_view name) {
  const auto known = state.factors.find(name);
  return known == state.factors.end() ? kFullFactor : known->second;
}

}  // namespace

bool is_over(const config::Adaptive& adaptive, const Load& load) {
  return (adaptive.lag && load.lag > *adaptive.lag) || (adaptive.p99 && load.p99 > *adaptive.p99) ||
         (adaptive.cpu && load.cpu > *adaptive.cpu);
}

std::uint32_t next_factor(std::uint32_t factor, const config::Adaptive& adaptive,
                          const Load& load) {
  const std::uint32_t floor = std::min(adaptive.floor, 100u) * (kFullFactor / 100);
  const std::uint32_t next =
      is_over(adaptive, load) ? factor * kShrinkPerMille / 1000 : factor + kGrowth;
  return std::clamp(next, floor, kFullFactor);
}

LimitFactors::LimitFactors(std::size_t rules)
    : count_(rules), factors_(std::make_unique<std::atomic<std::uint32_t>[]>(rules)) {
  for (std::uint32_t rule = 0; rule < count_; ++rule) set(rule, kFullFactor);
}

void advance(std::span<const LimitRule> rules, const Load& load, AdaptiveState& state,
             LimitFactors& factors) {
  AdaptiveState next;
  for (std::uint32_t index = 0; index < rules.size(); ++index) {
    const LimitRule& rule = rules[index];
    if (!rule.adaptive()) continue;
    const std::uint32_t factor = next_factor(factor_of(state, rule.name()), *rule.adaptive(), load);
    factors.set(index, factor);
    if (factor < kFullFactor) next.factors.emplace(rule.name(), factor);
  }
  state = std::move(next);
}

void carry_over(std::span<const LimitRule> rules, const AdaptiveState& state,
                LimitFactors& factors) {
  for (std::uint32_t index = 0; index < rules.size(); ++index) {
    if (rules[index].adaptive()) factors.set(index, factor_of(state, rules[index].name()));
  }
}

}  // namespace gateway::policy
