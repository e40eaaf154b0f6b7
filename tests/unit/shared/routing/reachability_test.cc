#include "shared/routing/reachability.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/shared/routing/naive_router.h"

namespace gateway::routing {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

RouteRule rule(std::string path, std::vector<std::string> methods = {},
               std::vector<std::string> hosts = {}, std::int32_t priority = 0) {
  return {std::move(hosts), std::move(path), std::move(methods), priority};
}

Pairs unreachable(const std::vector<RouteRule>& rules) {
  Pairs pairs;
  for (const Shadowed& shadowed : find_unreachable(rules)) {
    pairs.emplace_back(shadowed.route, shadowed.by);
  }
  return pairs;
}

TEST_CASE("of equal rules the first takes all") {
  CHECK(unreachable({rule("/a"), rule("/a"), rule("/a")}) == Pairs{{1, 0}, {2, 0}});
  CHECK(unreachable({rule("/a/{x}"), rule("/a/{y}")}) == Pairs{{1, 0}});
  CHECK(unreachable({rule("/a"), rule("/a/")}).empty());
}

TEST_CASE("a wider path shadows only by priority") {
  CHECK(unreachable({rule("/a/*"), rule("/a/b")}).empty());
  CHECK(unreachable({rule("/a/*", {}, {}, 1), rule("/a/b"), rule("/a/"), rule("/a"),
                     rule("/a/{x}/*"), rule("/b"), rule("/*")}) ==
        Pairs{{1, 0}, {2, 0}, {3, 0}, {4, 0}});
  CHECK(unreachable({rule("/a/{x}", {}, {}, 1), rule("/a/b"), rule("/a/*"), rule("/a/b/c")}) ==
        Pairs{{1, 0}});
  CHECK(unreachable({rule("/{x}/*", {}, {}, 1), rule("/")}).empty());
}

TEST_CASE("methods must be covered whole") {
  CHECK(unreachable({rule("/a", {"GET"}), rule("/a")}).empty());
  CHECK(unreachable({rule("/a", {"GET"}), rule("/a", {"GET", "POST"})}).empty());
  CHECK(unreachable({rule("/a"), rule("/a", {"GET"})}) == Pairs{{1, 0}});
  CHECK(unreachable({rule("/a", {"GET"}), rule("/a", {"HEAD"})}) == Pairs{{1, 0}});
  CHECK(unreachable({rule("/a", {"HEAD"}), rule("/a", {"GET"})}).empty());
}

TEST_CASE("several that together leave nothing are not one that shadows") {
  CHECK(unreachable({rule("/a", {"GET"}), rule("/a", {"POST"}), rule("/a", {"GET", "POST"})})
            .empty());
  CHECK(unreachable({rule("/a", {"GET"}), rule("/a", {"POST"}), rule("/a", {"GET", "POST"}),
                     rule("/a", {"POST", "GET"})}) == Pairs{{3, 2}});
}

TEST_CASE("hosts must be covered whole, and the more specific host wins first") {
  CHECK(unreachable({rule("/a"), rule("/a", {}, {"x.t"})}).empty());
  CHECK(unreachable({rule("/a", {}, {}, 1), rule("/a", {}, {"x.t"})}) == Pairs{{1, 0}});
  CHECK(unreachable({rule("/a", {}, {"*.t"}, 1), rule("/a", {}, {"x.t"}), rule("/a", {}, {"*.x.t"}),
                     rule("/a", {}, {"t"})}) == Pairs{{1, 0}, {2, 0}});
  CHECK(unreachable({rule("/a", {}, {"x.t"}), rule("/a", {}, {"x.t", "y.t"})}).empty());
  CHECK(unreachable({rule("/a", {}, {"x.t", "y.t"}), rule("/a", {}, {"y.t", "x.t"})}) ==
        Pairs{{1, 0}});
  CHECK(unreachable({rule("/a", {}, {"x.t"}), rule("/a", {}, {"x.t", "y.t"}),
                     rule("/a", {}, {"x.t", "y.t"})}) == Pairs{{2, 1}});
  CHECK(unreachable(
            {rule("/a", {}, {"x.t"}), rule("/a", {}, {"y.t"}), rule("/a", {}, {"x.t", "y.t"})})
            .empty());
}

RouteRule on_version(std::string path, std::vector<Condition> headers,
                     std::vector<Condition> query = {}, std::int32_t priority = 0) {
  RouteRule made = rule(std::move(path), {}, {}, priority);
  made.conditions = {std::move(headers), std::move(query)};
  return made;
}

TEST_CASE("a rule with conditions shadows only rules that have them too") {
  const Condition one{"x-version", "1"};
  const Condition two{"x-version", "2"};
  CHECK(unreachable({on_version("/a", {one}), on_version("/a", {two}), rule("/a")}).empty());
  CHECK(unreachable({on_version("/a", {one}, {}, 1), rule("/a")}).empty());
  CHECK(unreachable({rule("/a"), on_version("/a", {one})}).empty());
  CHECK(unreachable({on_version("/a", {one}), on_version("/a", {one})}) == Pairs{{1, 0}});
  CHECK(unreachable({on_version("/a", {one, two}), on_version("/a", {two, one})}) == Pairs{{1, 0}});
  CHECK(unreachable({on_version("/a", {one}), on_version("/a", {}, {one})}).empty());
  CHECK(unreachable({on_version("/a", {one}), on_version("/a", {one, two})}).empty());
  CHECK(unreachable({on_version("/a", {one}, {}, 1), on_version("/a", {one}, {two}), rule("/a")}) ==
        Pairs{{1, 0}});
  CHECK(unreachable({rule("/*", {}, {}, 1), on_version("/a", {one})}) == Pairs{{1, 0}});
}

TEST_CASE("a rule is not its own shadow") {
  CHECK(unreachable({rule("/a", {}, {"x.t", "x.t", "*.t"})}).empty());
}

// Exact over a small world: paths deeper than any rule, a segment, a method and hosts that no rule
// names.
struct World {
  std::vector<std::string> paths = naive::all_paths(4);

  template <class Match>
  static bool includes(const std::vector<std::string>& all, Match match, std::size_t wide,
                       std::size_t narrow) {
    return std::all_of(all.begin(), all.end(), [&](const std::string& one) {
      return !match(narrow, one) || match(wide, one);
    });
  }

  bool shadows(const std::vector<RouteRule>& rules, std::size_t by, std::size_t route) const {
    const auto on_path = [&](std::size_t i, const std::string& path) {
      return naive::path_matches(rules[i].path, path);
    };
    const auto on_method = [&](std::size_t i, const std::string& method) {
      return naive::method_allowed(rules[i], method);
    };
    const auto on_host = [&](std::size_t i, const std::string& host) {
      return naive::host_weight(rules[i], host) > 0;
    };
    const auto has = [&](std::size_t i, const Condition& one) {
      const auto& all = rules[i].conditions;
      return std::count(all.headers.begin(), all.headers.end(), one) +
                 std::count(all.query.begin(), all.query.end(), one) >
             0;
    };
    for (const auto* some : {&naive::kHeaderConditions, &naive::kQueryConditions}) {
      for (const Condition& one : *some) {
        if (has(by, one) && !has(route, one)) return false;
      }
    }
    const auto wins = [&](const std::string& host) {
      return !on_host(route, host) || naive::wins(rules, by, route, host);
    };
    return includes(naive::kMethods, on_method, by, route) && includes(hosts, on_host, by, route) &&
           std::all_of(hosts.begin(), hosts.end(), wins) && includes(paths, on_path, by, route);
  }

  std::vector<std::string> hosts = [] {
    std::vector<std::string> all = naive::kHosts;
    all.insert(all.end(), {"v.w.a.test", "v.w.y.a.test", "v.w.test"});
    return all;
  }();
};

TEST_CASE("over random rules a rule is listed exactly when a single one takes all it would") {
  const World world;
  std::size_t listed = 0;
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    naive::Dice draw(seed);
    std::vector<RouteRule> rules(1 + draw(10));
    for (RouteRule& one : rules) one = naive::random_rule(draw);
    CAPTURE(seed);
    std::vector<bool> found(rules.size());
    for (const Shadowed& shadowed : find_unreachable(rules)) {
      CAPTURE(shadowed.route);
      CAPTURE(shadowed.by);
      REQUIRE(shadowed.route != shadowed.by);
      REQUIRE(world.shadows(rules, shadowed.by, shadowed.route));
      found[shadowed.route] = true;
      ++listed;
    }
    for (std::size_t route = 0; route < rules.size(); ++route) {
      for (std::size_t by = 0; by < rules.size(); ++by) {
        if (by == route || found[route]) continue;
        CAPTURE(rules[route].path);
        CAPTURE(rules[by].path);
        REQUIRE_FALSE(world.shadows(rules, by, route));
      }
    }
  }
  CHECK(listed > 100);
}

TEST_CASE("ten thousand equal rules, and ten thousand of one prefix, take no time") {
  std::vector<RouteRule> equal(10'000, rule("/*"));
  std::vector<RouteRule> prefixed;
  for (int i = 0; i < 10'000; ++i) {
    prefixed.push_back(rule("/api/v1/users/" + std::to_string(i), {"GET"}, {}, i % 7));
  }
  std::vector<RouteRule> versions;
  for (int i = 0; i < 10'000; ++i) {
    versions.push_back(on_version("/*", {{"x-tenant", std::to_string(i)}}));
  }
  const std::clock_t start = std::clock();  // of the processor: other tests may run beside it
  CHECK(find_unreachable(equal).size() == 9'999);
  CHECK(find_unreachable(prefixed).empty());
  CHECK(find_unreachable(versions).empty());
  // Far above what it takes; comparing each rule with each would take far longer.
  CHECK((std::clock() - start) / CLOCKS_PER_SEC < 5);
}

}  // namespace
}  // namespace gateway::routing
