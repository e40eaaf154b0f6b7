#include "shared/routing/router.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace gateway::routing {
namespace {

using Kind = RouteMatch::Kind;

RouteRule rule(std::string path, std::vector<std::string> methods = {},
               std::vector<std::string> hosts = {}, std::int32_t priority = 0) {
  return {std::move(hosts), std::move(path), std::move(methods), priority};
}

// The winner's index, -1 for no route, -2 for another method.
int winner(const std::vector<RouteRule>& rules, std::string_view path, std::string_view host = "h",
           std::string_view method = "GET") {
  const RouteMatch match = Router(rules).find(host, path, method);
  if (match.kind == Kind::found) return static_cast<int>(match.route);
  return match.kind == Kind::no_route ? -1 : -2;
}

TEST_CASE("without rules nothing matches") {
  CHECK(winner({}, "/") == -1);
  CHECK(winner({}, "/a/b") == -1);
}

TEST_CASE("an exact path matches itself alone") {
  const std::vector<RouteRule> rules = {rule("/a/b")};
  CHECK(winner(rules, "/a/b") == 0);
  for (const char* path : {"/", "/a", "/a/", "/a/b/", "/a/b/c", "/A/b", "/a/bb"}) {
    CHECK_MESSAGE(winner(rules, path) == -1, path);
  }
  CHECK(winner({rule("/")}, "/") == 0);
  CHECK(winner({rule("/")}, "/a") == -1);
  CHECK(winner({rule("/a/")}, "/a/") == 0);
  CHECK(winner({rule("/a/")}, "/a") == -1);
}

TEST_CASE("the rest may be empty, and says whether its slash was there") {
  const std::vector<RouteRule> rules = {rule("/samples/*")};
  const Router router(rules);
  const auto rest_of = [&](std::string_view path) {
    const RouteMatch match = router.find("h", path, "GET");
    REQUIRE(match.kind == Kind::found);
    return std::pair(std::string(match.rest), match.slash_before_rest);
  };
  CHECK(rest_of("/samples") == std::pair(std::string(), false));
  CHECK(rest_of("/samples/") == std::pair(std::string(), true));
  CHECK(rest_of("/samples/7") == std::pair(std::string("7"), true));
  CHECK(rest_of("/samples/7/x/") == std::pair(std::string("7/x/"), true));
  CHECK(winner(rules, "/samplesx") == -1);
  CHECK(winner(rules, "/sample") == -1);
  CHECK(winner({rule("/*")}, "/") == 0);
  CHECK(Router(std::vector{rule("/*")}).find("h", "/", "GET").slash_before_rest);
  CHECK(Router(std::vector{rule("/*")}).find("h", "/x/y", "GET").rest == "x/y");
}

TEST_CASE("captures take one segment each, in pattern order") {
  const std::vector<RouteRule> rules = {rule("/a/{x}/b/{y}/*")};
  const RouteMatch match = Router(rules).find("h", "/a/11/b/%2A/r/s", "GET");
  REQUIRE(match.kind == Kind::found);
  REQUIRE(match.capture_count == 2);
  CHECK(match.captures[0] == "11");
  CHECK(match.captures[1] == "%2A");
  CHECK(match.rest == "r/s");
  CHECK(winner(rules, "/a/11/b/") == -1);
  CHECK(winner(rules, "/a/11/b") == -1);
  CHECK(winner({rule("/{x}")}, "/") == -1);
  CHECK(winner({rule("/a/{x}/")}, "/a/7/") == 0);
  CHECK(winner({rule("/a/{x}/")}, "/a/7") == -1);
}

TEST_CASE("as many captures and segments as a pattern may have") {
  std::string pattern;
  std::string path;
  for (std::size_t i = 0; i < kMaxPatternSegments; ++i) {
    const bool capture = i + kMaxCaptures >= kMaxPatternSegments;
    pattern += capture ? "/{n" + std::to_string(i) + "}" : "/a";
    path += capture ? "/" + std::to_string(i) : "/a";
  }
  const Router router(std::vector{rule(pattern + "/*")});
  path += "/and/more";
  const RouteMatch match = router.find("h", path, "GET");
  REQUIRE(match.kind == Kind::found);
  REQUIRE(match.capture_count == kMaxCaptures);
  CHECK(match.captures[0] == std::to_string(kMaxPatternSegments - kMaxCaptures));
  CHECK(match.captures[kMaxCaptures - 1] == std::to_string(kMaxPatternSegments - 1));
  CHECK(match.rest == "and/more");
}

TEST_CASE("hosts: exact before the longer wildcard before the shorter before every host") {
  const std::vector<RouteRule> rules = {rule("/*"), rule("/*", {}, {"*.example.com"}),
                                        rule("/*", {}, {"*.eu.example.com"}),
                                        rule("/*", {}, {"api.eu.example.com", "example.org"})};
  CHECK(winner(rules, "/", "api.eu.example.com") == 3);
  CHECK(winner(rules, "/", "example.org") == 3);
  CHECK(winner(rules, "/", "www.eu.example.com") == 2);
  CHECK(winner(rules, "/", "a.b.eu.example.com") == 2);
  CHECK(winner(rules, "/", "eu.example.com") == 1);
  CHECK(winner(rules, "/", "example.com") == 0);
  CHECK(winner(rules, "/", ".example.com") == 0);
  CHECK(winner(rules, "/", "badexample.com") == 0);
  CHECK(winner(rules, "/", "") == 0);
}

TEST_CASE("a host's own routes do not hide those of every host") {
  const std::vector<RouteRule> rules = {rule("/a", {}, {"x.test"}), rule("/b"),
                                        rule("/c", {}, {"*.test"})};
  CHECK(winner(rules, "/a", "x.test") == 0);
  CHECK(winner(rules, "/b", "x.test") == 1);
  CHECK(winner(rules, "/c", "x.test") == 2);
  CHECK(winner(rules, "/a", "y.test") == -1);
}

TEST_CASE("paths: literal before capture before rest, from the left; an end before the rest") {
  const std::vector<RouteRule> rules = {rule("/*"),   rule("/{x}/b"), rule("/a/{x}"),  rule("/a/b"),
                                        rule("/a/*"), rule("/a"),     rule("/{x}/{y}")};
  CHECK(winner(rules, "/a/b") == 3);
  CHECK(winner(rules, "/a/c") == 2);
  CHECK(winner(rules, "/c/b") == 1);
  CHECK(winner(rules, "/c/d") == 6);
  CHECK(winner(rules, "/a") == 5);
  CHECK(winner(rules, "/a/") == 4);
  CHECK(winner(rules, "/a/b/c") == 4);
  CHECK(winner(rules, "/c") == 0);
}

TEST_CASE("a dead end below a literal goes back to the capture beside it") {
  const std::vector<RouteRule> rules = {rule("/a/b/c"), rule("/{x}/{y}/d"), rule("/a/{z}/e")};
  CHECK(winner(rules, "/a/b/d") == 1);
  CHECK(winner(rules, "/a/b/e") == 2);
  CHECK(winner(rules, "/a/b/f") == -1);
}

TEST_CASE("priority goes before all that is more specific") {
  CHECK(winner({rule("/a/b"), rule("/*", {}, {}, 1)}, "/a/b") == 1);
  CHECK(winner({rule("/a", {}, {"h"}), rule("/{x}", {}, {}, 1)}, "/a") == 1);
  CHECK(winner({rule("/*", {}, {}, -1), rule("/*", {}, {}, -2)}, "/a") == 0);
  CHECK(winner({rule("/a/b", {"GET"}), rule("/a/*", {"POST"}, {}, 5)}, "/a/b") == 0);
}

TEST_CASE("of equals the first in the list wins") {
  CHECK(winner({rule("/a/{x}"), rule("/a/{y}")}, "/a/1") == 0);
  CHECK(winner({rule("/a", {}, {"h", "h"}), rule("/a", {}, {"h"})}, "/a") == 0);
}

TEST_CASE("a route without the method is passed over") {
  const std::vector<RouteRule> rules = {rule("/a", {"POST"}), rule("/a", {"GET"}),
                                        rule("/{x}", {"DELETE"}), rule("/*", {"OPTIONS"})};
  CHECK(winner(rules, "/a", "h", "POST") == 0);
  CHECK(winner(rules, "/a", "h", "GET") == 1);
  CHECK(winner(rules, "/a", "h", "HEAD") == 1);
  CHECK(winner(rules, "/a", "h", "DELETE") == 2);
  CHECK(winner(rules, "/a", "h", "OPTIONS") == 3);
  CHECK(winner(rules, "/a", "h", "PUT") == -2);
  CHECK(winner(rules, "/a", "h", "get") == -2);
  CHECK(winner({rule("/a")}, "/a", "h", "ANYTHING-AT-ALL") == 0);
}

TEST_CASE("HEAD goes to whoever stands first among those for GET and for HEAD") {
  CHECK(winner({rule("/a", {"HEAD"}), rule("/a", {"GET"})}, "/a", "h", "HEAD") == 0);
  CHECK(winner({rule("/a", {"GET"}), rule("/a", {"HEAD"})}, "/a", "h", "HEAD") == 0);
}

TEST_CASE("Allow lists the methods of all routes that match host and path, sorted") {
  const std::vector<RouteRule> rules = {
      rule("/a", {"POST"}),        rule("/a", {"GET", "POST"}),      rule("/{x}", {"DELETE"}),
      rule("/b", {"PATCH"}),       rule("/*", {"TRACE"}, {"other"}), rule("/*", {"LOCK"}, {"*.t"}),
      rule("/a", {"PUT"}, {"x.t"})};
  const Router router(rules);
  const RouteMatch match = router.find("h", "/a", "PUT");
  CHECK(match.kind == Kind::method_not_allowed);
  CHECK(match.allow == "DELETE, GET, HEAD, POST");
  CHECK(router.find("x.t", "/a", "BREW").allow == "DELETE, GET, HEAD, LOCK, POST, PUT");
  CHECK(router.find("h", "/a/b", "GET").kind == Kind::no_route);
  CHECK(router.find("h", "/a/b", "GET").allow.empty());
}

TEST_CASE("a host longer than any name is looked up without harm") {
  const std::vector<RouteRule> rules = {rule("/*", {}, {"*.example.com"})};
  std::string host;
  for (int i = 0; i < 4000; ++i) host += "a.";
  CHECK(winner(rules, "/", host + "example.com") == 0);
  CHECK(winner(rules, "/", host) == -1);
}

TEST_CASE("a moved router still finds") {
  Router first(std::vector{rule("/a")});
  Router second(std::move(first));
  CHECK(second.find("h", "/a", "GET").kind == Kind::found);
  second = Router(std::vector{rule("/b")});
  CHECK(second.find("h", "/a", "GET").kind == Kind::no_route);
  CHECK(second.find("h", "/b", "GET").kind == Kind::found);
}

}  // namespace
}  // namespace gateway::routing
