#include "shared/routing/passed_over.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::routing {
namespace {

using Why = PassedOver::Why;

struct Found {
  std::uint32_t rule;
  Why why;
  bool operator==(const Found&) const = default;
};

// What the router takes for this request, and who was passed over for it.
std::vector<Found> passed(const std::vector<RouteRule>& rules, std::string_view host,
                          std::string_view path, std::string_view method = "GET") {
  const auto match = Router(rules).find(host, path, method);
  const auto winner = match.kind == RouteMatch::Kind::found ? std::optional(match.route)
                                                            : std::optional<std::uint32_t>();
  std::vector<Found> found;
  for (const PassedOver& one : passed_over(rules, host, path, method, winner)) {
    found.push_back({one.rule, one.why});
  }
  return found;
}

TEST_CASE("each rule of the winning order has its own reason") {
  const std::vector<RouteRule> rules = {
      {{}, "/*", {}, -1},                                       // 0
      {{"*.example.com"}, "/samples/7", {}, 0},                 // 1
      {{"api.example.com"}, "/samples/{id}", {}, 0},            // 2
      {{"api.example.com"}, "/samples/7", {}, 0},               // 3: takes it
      {{"api.example.com"}, "/samples/7", {}, 0},               // 4
      {{"api.example.com"}, "/samples/7", {"POST", "PUT"}, 9},  // 5
      {{"other.test"}, "/samples/7", {}, 9},                    // 6
      {{}, "/other", {}, 9},                                    // 7: another path
  };
  CHECK(passed(rules, "api.example.com", "/samples/7") ==
        std::vector<Found>{{5, Why::method},
                           {6, Why::host},
                           {4, Why::order},
                           {2, Why::specific_path},
                           {1, Why::specific_host},
                           {0, Why::priority}});
}

TEST_CASE("nothing matched: what would have is named by what it lacked") {
  const std::vector<RouteRule> rules = {{{"a.test"}, "/x", {}, 0}, {{}, "/x", {"POST"}, 0}};
  CHECK(passed(rules, "b.test", "/x") == std::vector<Found>{{0, Why::host}, {1, Why::method}});
  CHECK(passed(rules, "b.test", "/y").empty());
  CHECK(passed({}, "b.test", "/y").empty());
}

TEST_CASE("HEAD is taken where GET is") {
  const std::vector<RouteRule> rules = {{{}, "/x", {"GET"}, 1}, {{}, "/*", {"GET"}, 0}};
  CHECK(passed(rules, "", "/x", "HEAD") == std::vector<Found>{{1, Why::priority}});
}

TEST_CASE("a rule with several hosts stands under the one that matches, once") {
  const std::vector<RouteRule> rules = {
      {{"a.test", "*.test", "b.test"}, "/x", {}, 0},
      {{"b.test"}, "/x", {}, 1},
  };
  CHECK(passed(rules, "b.test", "/x") == std::vector<Found>{{0, Why::priority}});
  CHECK(passed(rules, "c.test", "/x") == std::vector<Found>{{1, Why::host}});
}

TEST_CASE("a rule without a valid pattern is no rule") {
  const std::vector<RouteRule> rules = {{{}, "no slash", {}, 5}, {{}, "/x", {}, 0}};
  CHECK(passed(rules, "", "/x").empty());
}

}  // namespace
}  // namespace gateway::routing
