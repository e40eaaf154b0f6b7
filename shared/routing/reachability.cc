#include "shared/routing/reachability.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "shared/routing/host_index.h"
#include "shared/routing/method_table.h"
#include "shared/routing/pattern_tree.h"
#include "shared/routing/winning_order.h"

namespace gateway::routing {
namespace {

// A set of numbers. `bits_` rules out most that do not include another without a look at the items.
class NumberSet {
 public:
  NumberSet() = default;
  // No numbers: everything.
  explicit NumberSet(std::vector<std::uint32_t> numbers) : items_(std::move(numbers)) {
    std::sort(items_.begin(), items_.end());
    if (items_.empty()) return;
    bits_ = 0;
    for (const std::uint32_t item : items_) bits_ |= 1ull << item % 64;
  }

  bool includes(const NumberSet& other) const {
    if (items_.empty()) return true;
    if (other.items_.empty() || (other.bits_ & ~bits_) != 0) return false;
    return std::includes(items_.begin(), items_.end(), other.items_.begin(), other.items_.end());
  }
  // The same where no numbers mean nothing at all.
  bool holds(const NumberSet& other) const {
    return other.items_.empty() || (!items_.empty() && includes(other));
  }

 private:
  std::vector<std::uint32_t> items_;
  std::uint64_t bits_ = ~0ull;
};

// The conditions of rules as numbers: equal ones have the same.
class ConditionTable {
 public:
  std::vector<std::uint32_t> number(const Conditions& conditions) {
    std::vector<std::uint32_t> numbers;
    for (const Condition& one : conditions.headers) numbers.push_back(add(headers_, one));
    for (const Condition& one : conditions.query) numbers.push_back(add(query_, one));
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
  }

 private:
  using Numbers = std::map<Condition, std::uint32_t>;

  std::uint32_t add(Numbers& numbers, const Condition& condition) {
    const auto [at, is_new] = numbers.emplace(condition, next_);
    if (is_new) ++next_;
    return at->second;
  }

  Numbers headers_;
  Numbers query_;
  std::uint32_t next_ = 0;
};

// A rule under one of its hosts, where it stands in the tree.
struct Standing {
  std::uint32_t rank = 0;
  std::uint32_t rule = 0;
  std::uint32_t bucket = 0;
};

class Finder {
 public:
  explicit Finder(std::span<const RouteRule> rules);

  // The rule that shadows `rule`; none when it can match.
  std::optional<std::uint32_t> shadow_of(std::uint32_t rule) const;

 private:
  struct Rule {
    std::vector<Standing> standings;  // one for each host
    NumberSet hosts;                  // as roots of the tree
    NumberSet methods;
    NumberSet conditions;
  };
  struct Collector;

  // Whether `wide` takes whatever `narrow` does of hosts and paths that both match.
  bool takes_all(const Rule& wide, const Rule& narrow) const {
    return wide.methods.includes(narrow.methods) && narrow.conditions.holds(wide.conditions);
  }

  void assign_hosts();
  void place(std::uint32_t rank);
  std::vector<Standing> takers_of_all(const Standing& standing) const;

  std::vector<std::optional<PathPattern>> patterns_;
  std::vector<Contender> order_;      // by rank
  std::vector<std::uint32_t> roots_;  // by rank
  std::vector<Rule> rules_;
  PatternTree tree_;
  HostIndex hosts_;
  std::uint32_t every_host_ = 0;
  // By bucket, by rising rank. One for which an earlier one of the bucket can stand in, under all
  // its hosts and for all its methods, is left out: ten thousand equal rules are one.
  std::vector<std::vector<Standing>> buckets_;
};

Finder::Finder(std::span<const RouteRule> rules)
    : patterns_(parse_patterns(rules)),
      order_(winning_order(rules, patterns_)),
      rules_(rules.size()) {
  MethodTable methods;
  ConditionTable conditions;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules_[i].conditions = NumberSet(conditions.number(rules[i].conditions));
    rules_[i].methods = NumberSet(methods.number(rules[i]));
  }
  assign_hosts();
  for (std::uint32_t rank = 0; rank < order_.size(); ++rank) place(rank);
}

void Finder::assign_hosts() {
  every_host_ = tree_.add_root();
  std::uint32_t spare = tree_.add_root();
  std::vector<std::vector<std::uint32_t>> roots_of(rules_.size());
  for (const Contender& contender : order_) {
    if (contender.host.empty()) {
      roots_.push_back(every_host_);
      continue;
    }
    roots_.push_back(hosts_.find_or_add(contender.host, spare));
    if (roots_.back() == spare) spare = tree_.add_root();
    roots_of[contender.rule].push_back(roots_.back());
  }
  for (std::size_t i = 0; i < rules_.size(); ++i) rules_[i].hosts = NumberSet(roots_of[i]);
}

void Finder::place(std::uint32_t rank) {
  const std::uint32_t index = order_[rank].rule;
  Rule& rule = rules_[index];
  const std::uint32_t bucket = tree_.insert(roots_[rank], *patterns_[index], rank);
  buckets_.resize(tree_.bucket_count() + 1);
  rule.standings.push_back({rank, index, bucket});
  const auto stands_in = [&](const Standing& earlier) {
    return takes_all(rules_[earlier.rule], rule) && rules_[earlier.rule].hosts.includes(rule.hosts);
  };
  auto& standings = buckets_[bucket];
  if (std::none_of(standings.begin(), standings.end(), stands_in)) {
    standings.push_back(rule.standings.back());
  }
}

// Gathers the standings that win over one and take all its methods.
struct Finder::Collector {
  const Finder& finder;
  const Standing& standing;
  std::vector<Standing> found;

  bool wants(std::uint32_t lowest_rank) const { return lowest_rank < standing.rank; }
  void take(std::uint32_t bucket) {
    const Rule& rule = finder.rules_[standing.rule];
    for (const Standing& other : finder.buckets_[bucket]) {
      if (other.rank >= standing.rank) return;
      if (other.rule != standing.rule && finder.takes_all(finder.rules_[other.rule], rule)) {
        found.push_back(other);
      }
    }
  }
};

std::vector<Standing> Finder::takers_of_all(const Standing& standing) const {
  Collector collector{*this, standing, {}};
  const PathPattern& pattern = *patterns_[standing.rule];
  hosts_.for_each_cover(order_[standing.rank].host,
                        [&](std::uint32_t root) { tree_.visit_covers(root, pattern, collector); });
  tree_.visit_covers(every_host_, pattern, collector);
  return std::move(collector.found);
}

std::optional<std::uint32_t> Finder::shadow_of(std::uint32_t rule) const {
  std::vector<Standing> standings = rules_[rule].standings;
  // The least crowded host first: most often it alone shows that nothing shadows the rule.
  std::sort(standings.begin(), standings.end(), [&](const Standing& a, const Standing& b) {
    return buckets_[a.bucket].size() < buckets_[b.bucket].size();
  });
  const auto by_rule = [](const Standing& a, const Standing& b) { return a.rule < b.rule; };
  std::vector<Standing> common;
  for (std::size_t i = 0; i < standings.size(); ++i) {
    std::vector<Standing> takers = takers_of_all(standings[i]);
    std::sort(takers.begin(), takers.end(), by_rule);
    if (i > 0) {
      std::vector<Standing> both;
      std::set_intersection(common.begin(), common.end(), takers.begin(), takers.end(),
                            std::back_inserter(both), by_rule);
      takers = std::move(both);
    }
    common = std::move(takers);
    if (common.empty()) return std::nullopt;
  }
  const auto best = std::min_element(common.begin(), common.end(),
                                     [](const auto& a, const auto& b) { return a.rank < b.rank; });
  if (best == common.end()) return std::nullopt;
  return best->rule;
}

}  // namespace

std::vector<Shadowed> find_unreachable(std::span<const RouteRule> rules) {
  const Finder finder(rules);
  std::vector<Shadowed> shadowed;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    if (const auto by = finder.shadow_of(i)) shadowed.push_back({i, *by});
  }
  return shadowed;
}

}  // namespace gateway::routing
