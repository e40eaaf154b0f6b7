#include "shared/routing/router.h"

#include <algorithm>

#include "shared/routing/host_index.h"
#include "shared/routing/method_table.h"
#include "shared/routing/pattern_tree.h"
#include "shared/routing/winning_order.h"

namespace gateway::routing {
namespace {

constexpr std::uint32_t kEveryMethod = 0xfffffffe;
constexpr std::uint32_t kNoRank = 0xffffffff;

// Who takes requests of one method that end in one bucket of the tree. A bucket holds, by rising
// rank, all with conditions, and of those without one for each method its rules name and at most
// one for every method.
struct Taker {
  std::uint32_t method = kEveryMethod;
  std::uint32_t rank = kNoRank;
  std::uint32_t rule = 0;
  std::uint32_t conditions = 0;  // of Table::conditions; 0: none
};

// What is needed to cut captures and rest out of a path that is known to match.
struct Shape {
  std::uint8_t segments = 0;
  std::uint8_t captures = 0;
  bool rest = false;
  std::uint8_t capture_at[kMaxCaptures] = {};  // segment of each capture
};

Shape shape_of(const PathPattern& pattern) {
  Shape shape;
  shape.segments = static_cast<std::uint8_t>(pattern.segments.size());
  shape.rest = pattern.rest;
  for (std::uint8_t i = 0; i < shape.segments; ++i) {
    if (pattern.segments[i].kind == PathPattern::Segment::Kind::capture) {
      shape.capture_at[shape.captures++] = i;
    }
  }
  return shape;
}

void cut(const Shape& shape, std::string_view path, const PatternTree::SegmentEnds& ends,
         RouteMatch& match) {
  const auto slash_before = [&](std::size_t segment) {
    return segment == 0 ? 0 : ends[segment - 1];
  };
  for (std::uint8_t i = 0; i < shape.captures; ++i) {
    const std::size_t segment = shape.capture_at[i];
    const std::size_t start = slash_before(segment) + 1;
    match.captures[i] = path.substr(start, ends[segment] - start);
  }
  match.capture_count = shape.captures;
  const std::size_t slash = slash_before(shape.segments);
  if (!shape.rest || slash == path.size()) return;
  match.slash_before_rest = true;
  match.rest = path.substr(slash + 1);
}

}  // namespace

struct Router::Table {
  PatternTree tree;
  HostIndex hosts;               // roots of the tree
  std::uint32_t every_host = 0;  // root of the rules without hosts
  MethodTable methods;
  std::vector<Taker> takers;               // bucket after bucket
  std::vector<std::uint32_t> first_taker;  // by bucket, and one past the last
  std::vector<Shape> shapes;               // by rule
  std::vector<Conditions> conditions{1};   // the first is not used

  explicit Table(std::span<const RouteRule> rules);

  std::span<const Taker> takers_of(std::uint32_t bucket) const {
    return std::span(takers).subspan(first_taker[bucket],
                                     first_taker[bucket + 1] - first_taker[bucket]);
  }

  bool takes(const Taker& taker, const RequestParts& parts) const {
    return taker.conditions == 0 || hold(conditions[taker.conditions], parts);
  }

  template <class Visitor>
  void visit(std::string_view host, std::string_view path, PatternTree::SegmentEnds& ends,
             Visitor& visitor) const {
    hosts.for_each_cover(
        host, [&](std::uint32_t root) { tree.visit_matches(root, path, ends, visitor); });
    tree.visit_matches(every_host, path, ends, visitor);
  }
};

namespace {

using Buckets = std::vector<std::vector<Taker>>;

// Adds `taker` unless one of a lower rank takes all it would.
void add_taker(std::vector<Taker>& bucket, Taker taker) {
  const bool taken = std::any_of(bucket.begin(), bucket.end(), [&](const Taker& earlier) {
    return earlier.conditions == 0 &&
           (earlier.method == kEveryMethod || earlier.method == taker.method);
  });
  if (!taken) bucket.push_back(taker);
}

}  // namespace

Router::Table::Table(std::span<const RouteRule> rules) : every_host(tree.add_root()) {
  const auto patterns = parse_patterns(rules);
  const auto order = winning_order(rules, patterns);
  std::vector<std::vector<std::uint32_t>> methods_of;
  std::vector<std::uint32_t> conditions_of(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    methods_of.push_back(methods.number(rules[i]));
    shapes.push_back(patterns[i] ? shape_of(*patterns[i]) : Shape{});
    if (rules[i].conditions.empty()) continue;
    conditions_of[i] = static_cast<std::uint32_t>(conditions.size());
    conditions.push_back(rules[i].conditions);
  }

  Buckets buckets(1);
  std::uint32_t spare_root = tree.add_root();
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    const auto [rule, host] = order[rank];
    std::uint32_t root = every_host;
    if (!host.empty()) root = hosts.find_or_add(host, spare_root);
    if (root == spare_root) spare_root = tree.add_root();
    const std::uint32_t bucket = tree.insert(root, *patterns[rule], rank);
    buckets.resize(tree.bucket_count() + 1);
    for (const std::uint32_t method : methods_of[rule]) {
      add_taker(buckets[bucket], {method, rank, rule, conditions_of[rule]});
    }
    if (methods_of[rule].empty()) {
      add_taker(buckets[bucket], {kEveryMethod, rank, rule, conditions_of[rule]});
    }
  }
  for (const auto& bucket : buckets) {
    first_taker.push_back(static_cast<std::uint32_t>(takers.size()));
    takers.insert(takers.end(), bucket.begin(), bucket.end());
  }
  first_taker.push_back(static_cast<std::uint32_t>(takers.size()));
}

namespace {

// Finds the taker of the lowest rank for one method.
template <class Table>
struct Winner {
  const Table& table;
  const RequestParts& parts;
  std::uint32_t method;
  Taker best;

  bool wants(std::uint32_t lowest_rank) const { return lowest_rank < best.rank; }
  void take(std::uint32_t bucket) {
    for (const Taker& taker : table.takers_of(bucket)) {
      if (taker.rank >= best.rank) return;
      if (taker.method != method && taker.method != kEveryMethod) continue;
      if (table.takes(taker, parts)) best = taker;
    }
  }
};

// Gathers the methods of all that match.
template <class Table>
struct Allowed {
  const Table& table;
  const RequestParts& parts;
  std::vector<std::uint32_t> methods;

  bool wants(std::uint32_t) const { return true; }
  void take(std::uint32_t bucket) {
    for (const Taker& taker : table.takers_of(bucket)) {
      if (table.takes(taker, parts)) methods.push_back(taker.method);
    }
  }
  std::string to_field() const {
    std::vector<std::string_view> names;
    for (const std::uint32_t method : methods) names.push_back(table.methods.name(method));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::string field;
    for (const std::string_view name : names) {
      if (!field.empty()) field += ", ";
      field += name;
    }
    return field;
  }
};

}  // namespace

Router::Router(std::span<const RouteRule> rules) : table_(std::make_unique<Table>(rules)) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

RouteMatch Router::find(std::string_view host, std::string_view path, std::string_view method,
                        const RequestParts& parts) const {
  RouteMatch match;
  Winner<Table> winner{*table_, parts, table_->methods.find(method), {}};
  PatternTree::SegmentEnds ends;  // filled as far as it is read
  table_->visit(host, path, ends, winner);
  if (winner.best.rank != kNoRank) {
    match.kind = RouteMatch::Kind::found;
    match.route = winner.best.rule;
    cut(table_->shapes[match.route], path, ends, match);
    return match;
  }
  Allowed<Table> allowed{*table_, parts, {}};
  table_->visit(host, path, ends, allowed);
  if (!allowed.methods.empty()) {
    match.kind = RouteMatch::Kind::method_not_allowed;
    match.allow = allowed.to_field();
  }
  return match;
}

}  // namespace gateway::routing
