#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "shared/config/policies.h"
#include "shared/policy/adaptive.h"
#include "shared/policy/limit_rule.h"
#include "shared/policy/limit_table.h"
#include "shared/routing/path_pattern.h"

namespace gateway::policy {

// Rules that may hold for one route, by name and by `paths` together.
inline constexpr std::size_t kMaxLimitsPerRoute = 16;

// The rules of one route, found once a snapshot.
struct RouteLimits {
  struct Applied {
    std::uint32_t rule = 0;   // index into LimitRules
    bool if_reached = false;  // holds only for paths that the rule reaches()
  };
  std::vector<Applied> before_user;  // need no user: before credentials are looked at
  std::vector<Applied> with_user;
  std::uint64_t route = 0;  // route_identity()
  // More rules may hold than kMaxLimitsPerRoute: a fault of the config. The first ones are kept.
  bool too_many = false;

  bool empty() const { return before_user.empty() && with_user.empty(); }
};

// All limits of a configuration. Const once built; any thread. A rule's index is its place in the
// list given.
class LimitRules {
 public:
  LimitRules() = default;
  explicit LimitRules(std::span<const config::Limit> limits);

  // What holds for a route of this name, pattern and list of limits; in the rules' order.
  RouteLimits for_route(std::string_view name, const routing::PathPattern& path,
                        std::span<const config::Setting<std::string>> named) const;

  const std::vector<LimitRule>& all() const { return rules_; }
  const LimitRule& operator[](std::uint32_t index) const { return rules_[index]; }

 private:
  std::vector<LimitRule> rules_;
};

// What one rule says about one request. Without an allowance the request is refused, unless the
// rule is only observed; it counts then as if it were enforced.
struct LimitVerdict {
  const LimitRule* rule = nullptr;
  bool observed = false;
  Tally tally;

  bool refuses() const { return !tally.allowed && !observed; }
};

// The verdicts on one request, over both stages. Inline memory; one object may serve many requests
// in turn.
class LimitVerdicts {
 public:
  std::span<const LimitVerdict> all() const { return {verdicts_.data(), count_}; }
  bool refused() const { return refused_; }
  // The verdict that speaks in the answer's fields: of those that refuse the one with the longest
  // wait, else the one that leaves the fewest requests. Observed rules do not speak. nullptr: none.
  const LimitVerdict* tightest() const;
  void clear() { count_ = 0, refused_ = false; }

 private:
  friend class LimitCounter;

  std::array<LimitVerdict, kMaxLimitsPerRoute> verdicts_;
  std::array<Charge, kMaxLimitsPerRoute> charges_;
  std::size_t count_ = 0;
  bool refused_ = false;
};

enum class LimitStage : std::uint8_t { before_user, with_user };
enum class Counting : std::uint8_t {
  charge,
  look,  // says what it would say; nothing is charged, made or marked as used
};

// Decides by the rules of a route. Holds references alone: make one where it is needed. Any number
// of threads over the same table.
//
// A request is charged to all rules of a stage in turn. When one refuses it, what it was charged to
// the others, of the earlier stage too, is given back at once and the rules that follow are looked
// at without a charge: a refused request counts nowhere. Meanwhile another worker may see that
// charge, so that it may refuse one request too early.
class LimitCounter {
 public:
  LimitCounter(const LimitRules& rules, const LimitFactors& factors, LimitTable& table)
      : rules_(rules), factors_(factors), table_(table) {}

  // Appends the verdicts of one stage; false when the request is refused. The stages come in order.
  bool count(const RouteLimits& limits, LimitStage stage, const LimitRequest& request,
             Counting counting, LimitVerdicts& verdicts) const;

 private:
  void refund(UnixMicros now, LimitVerdicts& verdicts) const;

  const LimitRules& rules_;
  const LimitFactors& factors_;
  LimitTable& table_;
};

}  // namespace gateway::policy
