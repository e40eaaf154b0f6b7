#include "shared/routing/passed_over.h"

#include <algorithm>

#include "shared/routing/host_index.h"
#include "shared/routing/method_table.h"
#include "shared/routing/pattern_tree.h"
#include "shared/routing/winning_order.h"

namespace gateway::routing {
namespace {

constexpr std::uint32_t kNoRank = 0xffffffff;

// Which ranks have a pattern that matches one path. Asks the tree that the router asks.
class PathMatches {
 public:
  PathMatches(std::span<const Contender> order,
              std::span<const std::optional<PathPattern>> patterns, std::string_view path)
      : matches_(order.size()) {
    PatternTree tree;
    const std::uint32_t root = tree.add_root();
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
      const std::uint32_t bucket = tree.insert(root, *patterns[order[rank].rule], rank);
      ranks_.resize(tree.bucket_count() + 1);
      ranks_[bucket].push_back(rank);
    }
    PatternTree::SegmentEnds ends;
    tree.visit_matches(root, path, ends, *this);
  }

  bool operator[](std::uint32_t rank) const { return matches_[rank]; }

  // For PatternTree.
  bool wants(std::uint32_t) const { return true; }
  void take(std::uint32_t bucket) {
    for (const std::uint32_t rank : ranks_[bucket]) matches_[rank] = true;
  }

 private:
  std::vector<bool> matches_;
  std::vector<std::vector<std::uint32_t>> ranks_;  // by bucket
};

// Which ranks stand under a host that covers one host.
std::vector<bool> host_matches(std::span<const Contender> order, std::string_view host) {
  HostIndex index;
  std::vector<std::uint32_t> first(order.size());  // rank of the first with the same host
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    first[rank] = order[rank].host.empty() ? rank : index.find_or_add(order[rank].host, rank);
  }
  std::vector<bool> covers(order.size());
  index.for_each_cover(host, [&](std::uint32_t rank) { covers[rank] = true; });
  std::vector<bool> matches(order.size());
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    matches[rank] = order[rank].host.empty() || covers[first[rank]];
  }
  return matches;
}

bool allows(const RouteRule& rule, std::string_view method) {
  MethodTable methods;
  const auto numbers = methods.number(rule);
  return numbers.empty() ||
         std::find(numbers.begin(), numbers.end(), methods.find(method)) != numbers.end();
}

PassedOver::Why why_of(WonBy by) {
  switch (by) {
    case WonBy::priority:
      return PassedOver::Why::priority;
    case WonBy::host:
      return PassedOver::Why::specific_host;
    case WonBy::path:
      return PassedOver::Why::specific_path;
    case WonBy::order:
      break;
  }
  return PassedOver::Why::order;
}

}  // namespace

std::vector<PassedOver> passed_over(std::span<const RouteRule> rules, std::string_view host,
                                    std::string_view path, std::string_view method,
                                    std::optional<std::uint32_t> winner) {
  const auto patterns = parse_patterns(rules);
  const auto order = winning_order(rules, patterns);
  const PathMatches by_path(order, patterns, path);
  const auto by_host = host_matches(order, host);

  // Each rule under the first of its hosts that matches, else under its first one.
  std::vector<std::uint32_t> rank_of(rules.size(), kNoRank);
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    std::uint32_t& known = rank_of[order[rank].rule];
    if (known == kNoRank || (by_host[rank] && !by_host[known])) known = rank;
  }

  std::vector<PassedOver> found;
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    const std::uint32_t rule = order[rank].rule;
    if (rank_of[rule] != rank || !by_path[rank] || rule == winner) continue;
    PassedOver passed{rule, PassedOver::Why::order};
    if (!by_host[rank]) {
      passed.why = PassedOver::Why::host;
    } else if (!allows(rules[rule], method)) {
      passed.why = PassedOver::Why::method;
    } else if (winner && rank_of[*winner] != kNoRank) {
      passed.why = why_of(won_by(rules, patterns, order[rank_of[*winner]], order[rank]));
    }
    found.push_back(passed);
  }
  return found;
}

}  // namespace gateway::routing
