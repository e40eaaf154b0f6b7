#include "shared/policy/rate_limit.h"

#include <algorithm>

namespace gateway::policy {

LimitRules::LimitRules(std::span<const config::Limit> limits)
    : rules_(limits.begin(), limits.end()) {}

RouteLimits LimitRules::for_route(std::string_view name, const routing::PathPattern& path,
                                  std::span<const config::Setting<std::string>> named) const {
  RouteLimits limits;
  limits.route = route_identity(name);
  for (std::uint32_t index = 0; index < rules_.size(); ++index) {
    const LimitRule& rule = rules_[index];
    const bool by_name = std::any_of(named.begin(), named.end(),
                                     [&](const auto& entry) { return entry.value == rule.name(); });
    const auto reach = by_name ? LimitRule::Reach::always : rule.reach(path);
    if (reach == LimitRule::Reach::never) continue;
    if (limits.before_user.size() + limits.with_user.size() == kMaxLimitsPerRoute) {
      limits.too_many = true;
      break;
    }
    auto& stage = rule.needs_user() ? limits.with_user : limits.before_user;
    stage.push_back({index, reach == LimitRule::Reach::sometimes});
  }
  return limits;
}

const LimitVerdict* LimitVerdicts::tightest() const {
  const LimitVerdict* best = nullptr;
  for (const LimitVerdict& verdict : all()) {
    if (verdict.observed) continue;
    const auto looser = [&](const Tally& than) {
      const Tally& tally = verdict.tally;
      if (tally.allowed != than.allowed) return tally.allowed;
      if (!tally.allowed) return tally.retry_after <= than.retry_after;
      const std::uint64_t left = tally.remaining / verdict.rule->rate().cost;
      return left >= than.remaining / best->rule->rate().cost;
    };
    if (best == nullptr || !looser(best->tally)) best = &verdict;
  }
  return best;
}

bool LimitCounter::count(const RouteLimits& limits, LimitStage stage, const LimitRequest& request,
                         Counting counting, LimitVerdicts& verdicts) const {
  const auto& applied = stage == LimitStage::before_user ? limits.before_user : limits.with_user;
  for (const auto& [index, if_reached] : applied) {
    const LimitRule& rule = rules_[index];
    if (if_reached && !rule.reaches(request.path)) continue;
    if (verdicts.count_ == kMaxLimitsPerRoute) break;
    LimitVerdict& verdict = verdicts.verdicts_[verdicts.count_];
    Charge& charge = verdicts.charges_[verdicts.count_++];
    verdict.rule = &rule;
    verdict.observed = rule.observe();
    charge = {};

    const std::uint64_t id = rule.entry_id(table_.key(), limits.route, request);
    const std::uint32_t factor = factors_.of(index);
    const Rate rate = scaled(rule.rate(), factor);
    if (counting == Counting::look || verdicts.refused_) {
      verdict.tally = table_.look(id, rate, request.now);
    } else {
      const LimitTable::Taken taken = table_.take(id, rate, request.now);
      verdict.tally = taken.tally;
      charge = taken.charge;
    }
    if (verdict.refuses() && !verdicts.refused_) {
      verdicts.refused_ = true;
      refund(request.now, verdicts);
    }
  }
  return !verdicts.refused_;
}

void LimitCounter::refund(UnixMicros now, LimitVerdicts& verdicts) const {
  for (std::size_t i = 0; i < verdicts.count_; ++i) {
    Charge& charge = verdicts.charges_[i];
    if (charge.id == 0) continue;
    table_.refund(charge, now);
    charge = {};
    LimitVerdict& verdict = verdicts.verdicts_[i];
    const std::uint64_t cost = verdict.rule->rate().cost;
    verdict.tally.used -= std::min(verdict.tally.used, cost);
    verdict.tally.remaining = std::min(verdict.tally.remaining + cost, verdict.tally.limit);
  }
}

}  // namespace gateway::policy
