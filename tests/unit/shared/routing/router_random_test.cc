#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/routing/router.h"
#include "tests/unit/shared/routing/naive_router.h"

namespace gateway::routing {
namespace {

using Kind = RouteMatch::Kind;

// The path that the match's own parts give back when put into the rule's pattern.
std::string reassemble(const RouteRule& rule, const RouteMatch& match) {
  std::string path;
  std::size_t capture = 0;
  for (const std::string& part : naive::split(rule.path)) {
    if (part == "*") {
      if (match.slash_before_rest) path += "/" + std::string(match.rest);
    } else {
      path += "/" + (naive::is_capture(part) ? std::string(match.captures[capture++]) : part);
    }
  }
  CHECK(capture == match.capture_count);
  return path;
}

TEST_CASE("over random rules the router answers as a slow and obvious one does") {
  const std::vector<std::string> paths = naive::all_paths(4);
  std::size_t found = 0;
  std::size_t refused = 0;
  std::size_t chosen = 0;  // by conditions
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    naive::Dice draw(seed);
    std::vector<RouteRule> rules(draw(14));
    for (RouteRule& rule : rules) rule = naive::random_rule(draw);
    const Router router(rules);
    for (int round = 0; round < 150; ++round) {
      const std::string& host = naive::kHosts[draw(naive::kHosts.size())];
      const std::string& path = paths[draw(paths.size())];
      const std::string& method = naive::kMethods[draw(naive::kMethods.size())];
      const RequestParts parts{&naive::kFields[draw(naive::kFields.size())],
                               naive::kQueries[draw(naive::kQueries.size())]};
      CAPTURE(seed);
      CAPTURE(host);
      CAPTURE(path);
      CAPTURE(method);
      const naive::Outcome expected = naive::find(rules, host, path, method, parts);
      const RouteMatch match = router.find(host, path, method, parts);
      REQUIRE((match.kind == Kind::found) == expected.route.has_value());
      REQUIRE(match.allow == expected.allow);
      REQUIRE((match.kind == Kind::method_not_allowed) == !expected.allow.empty());
      refused += match.kind == Kind::method_not_allowed;
      if (!expected.route) continue;
      ++found;
      chosen += !rules[*expected.route].conditions.empty();
      REQUIRE(match.route == *expected.route);
      REQUIRE(reassemble(rules[match.route], match) == path);
    }
  }
  CHECK(found > 5'000);
  CHECK(refused > 1'000);
  CHECK(chosen > 500);
}

}  // namespace
}  // namespace gateway::routing
