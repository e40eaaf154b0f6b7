#include "shared/routing/winning_order.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

namespace gateway::routing {
namespace {

// Compares as router.h states: literal before capture, an end before the rest.
std::string path_key(const PathPattern& pattern) {
  std::string key;
  for (const PathPattern::Segment& segment : pattern.segments) {
    key += segment.kind == PathPattern::Segment::Kind::literal ? 'a' : 'b';
  }
  key += pattern.rest ? 'd' : 'c';
  return key;
}

// The higher, the more specific: an exact host, then the longer wildcard, then every host.
std::size_t host_weight(std::string_view host) {
  if (host.empty() || host.starts_with("*.")) return host.size();
  return std::numeric_limits<std::size_t>::max();
}

struct Sortable {
  Contender contender;
  std::size_t weight;
};

}  // namespace

std::vector<std::optional<PathPattern>> parse_patterns(std::span<const RouteRule> rules) {
  std::vector<std::optional<PathPattern>> patterns;
  patterns.reserve(rules.size());
  for (const RouteRule& rule : rules) {
    auto parsed = parse_path_pattern(rule.path);
    patterns.push_back(parsed ? std::optional(std::move(*parsed)) : std::nullopt);
  }
  return patterns;
}

std::vector<Contender> winning_order(std::span<const RouteRule> rules,
                                     std::span<const std::optional<PathPattern>> patterns) {
  std::vector<std::string> keys(rules.size());
  std::vector<Sortable> sortable;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    if (!patterns[i]) continue;
    keys[i] = path_key(*patterns[i]);
    if (rules[i].hosts.empty()) sortable.push_back({{i, {}}, 0});
    for (const std::string& host : rules[i].hosts) {
      sortable.push_back({{i, host}, host_weight(host)});
    }
  }
  std::stable_sort(sortable.begin(), sortable.end(), [&](const Sortable& a, const Sortable& b) {
    const auto& rule_a = rules[a.contender.rule];
    const auto& rule_b = rules[b.contender.rule];
    const std::size_t conditions_a = rule_a.conditions.size();
    const std::size_t conditions_b = rule_b.conditions.size();
    return std::tie(rule_b.priority, b.weight, keys[a.contender.rule], conditions_b,
                    a.contender.rule) < std::tie(rule_a.priority, a.weight, keys[b.contender.rule],
                                                 conditions_a, b.contender.rule);
  });
  std::vector<Contender> order;
  order.reserve(sortable.size());
  for (const Sortable& entry : sortable) order.push_back(entry.contender);
  return order;
}

WonBy won_by(std::span<const RouteRule> rules, std::span<const std::optional<PathPattern>> patterns,
             const Contender& winner, const Contender& other) {
  if (rules[winner.rule].priority != rules[other.rule].priority) return WonBy::priority;
  if (host_weight(winner.host) != host_weight(other.host)) return WonBy::host;
  if (path_key(*patterns[winner.rule]) != path_key(*patterns[other.rule])) return WonBy::path;
  return WonBy::order;
}

}  // namespace gateway::routing
