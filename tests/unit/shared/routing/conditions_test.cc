#include "shared/routing/conditions.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/routing/router.h"

namespace gateway::routing {
namespace {

bool has_parameter(std::string_view query, std::string name, std::string value) {
  return hold({{}, {{std::move(name), std::move(value)}}}, {nullptr, query});
}

bool has_field(const Fields& fields, std::string name, std::string value) {
  return hold({{{std::move(name), std::move(value)}}, {}}, {&fields, ""});
}

TEST_CASE("no conditions hold always, on nothing too") {
  CHECK(hold({}, {}));
  CHECK_FALSE(hold({{{"a", ""}}, {}}, {}));
  CHECK_FALSE(hold({{}, {{"a", ""}}}, {}));
}

TEST_CASE("parameters are compared as they are meant") {
  CHECK(has_parameter("v=2", "v", "2"));
  CHECK(has_parameter("a=1&v=2&b", "v", "2"));
  CHECK(has_parameter("v=1&v=2", "v", "2"));
  CHECK(has_parameter("%76=%32", "v", "2"));
  CHECK(has_parameter("v=a+b", "v", "a b"));
  CHECK(has_parameter("v=a%2Bb", "v", "a+b"));
  CHECK(has_parameter("v=a%2bb", "v", "a+b"));
  CHECK(has_parameter("v=1%262", "v", "1&2"));
  CHECK(has_parameter("v=a=b", "v", "a=b"));
  CHECK(has_parameter("v%3D=1", "v=", "1"));
  CHECK(has_parameter("v=%", "v", "%"));
  CHECK(has_parameter("v=%3", "v", "%3"));
  CHECK(has_parameter("v=%zz", "v", "%zz"));
  CHECK(has_parameter("v=%00", "v", std::string(1, '\0')));
  CHECK(has_parameter("v", "v", ""));
  CHECK(has_parameter("v=", "v", ""));
  CHECK(has_parameter("&&v", "v", ""));
  CHECK_FALSE(has_parameter("", "v", ""));
  CHECK_FALSE(has_parameter("&", "v", ""));
  CHECK_FALSE(has_parameter("V=2", "v", "2"));
  CHECK_FALSE(has_parameter("v=22", "v", "2"));
  CHECK_FALSE(has_parameter("v=2", "v", "22"));
  CHECK_FALSE(has_parameter("vv=2", "v", "2"));
  CHECK_FALSE(has_parameter("v=2;", "v", "2"));
}

TEST_CASE("a field's name is compared without case, its value whole") {
  const Fields fields = {{"X-Version", "2", "", {}},
                         {"accept", "a, b", "", {}},
                         {"x-version", "3", "", {}},
                         {"X-Empty", "", "", {}}};
  CHECK(has_field(fields, "x-version", "2"));
  CHECK(has_field(fields, "x-version", "3"));
  CHECK(has_field(fields, "accept", "a, b"));
  CHECK(has_field(fields, "x-empty", ""));
  CHECK_FALSE(has_field(fields, "accept", "a"));
  CHECK_FALSE(has_field(fields, "accept", "A, b"));
  CHECK_FALSE(has_field(fields, "x-version", ""));
  CHECK_FALSE(has_field(fields, "x-versio", "2"));
}

TEST_CASE("all of them must hold") {
  const Fields fields = {{"X-Version", "2", "", {}}};
  const Condition version{"x-version", "2"};
  const Condition beta{"beta", "1"};
  CHECK(hold({{version}, {beta}}, {&fields, "beta=1"}));
  CHECK_FALSE(hold({{version}, {beta}}, {&fields, "beta=0"}));
  CHECK_FALSE(hold({{version, {"x-other", ""}}, {beta}}, {&fields, "beta=1"}));
}

TEST_CASE("to a preflight a field is there when it is named, whatever its value") {
  const Fields fields = {{"Access-Control-Request-Headers", "content-type, X-Version", "", {}},
                         {"x-here", "1", "", {}}};
  const auto asked = [&](std::string name, std::string_view query = "") {
    return hold({{{std::move(name), "1"}}, {}}, {&fields, query, true});
  };
  CHECK(asked("x-version"));
  CHECK(asked("content-type"));
  CHECK_FALSE(asked("x-here"));
  CHECK_FALSE(asked("version"));
  CHECK_FALSE(hold({{{"x-version", "1"}}, {{"v", "1"}}}, {&fields, "", true}));
  CHECK_FALSE(hold({{{"x-version", "1"}}, {}}, {&fields, "", false}));
}

RouteRule on(std::vector<Condition> headers, std::vector<Condition> query = {},
             std::vector<std::string> methods = {}, std::string path = "/a") {
  return {{}, std::move(path), std::move(methods), 0, {std::move(headers), std::move(query)}};
}

int winner(const std::vector<RouteRule>& rules, const RequestParts& parts,
           std::string_view method = "GET") {
  const RouteMatch match = Router(rules).find("h", "/a", method, parts);
  return match.kind == RouteMatch::Kind::found ? static_cast<int>(match.route) : -1;
}

TEST_CASE("of routes alike in all else the one with more conditions comes first") {
  const Condition version{"x-version", "2"};
  const Condition beta{"beta", "1"};
  const std::vector<RouteRule> rules = {on({}), on({version}), on({}, {beta}),
                                        on({version}, {beta}), on({version}, {beta})};
  const Fields fields = {{"X-Version", "2", "", {}}};
  const Fields none;
  CHECK(winner(rules, {&fields, "beta=1"}) == 3);
  CHECK(winner(rules, {&fields, ""}) == 1);
  CHECK(winner(rules, {&none, "beta=1"}) == 2);
  CHECK(winner(rules, {&none, ""}) == 0);
  CHECK(winner(rules, {}) == 0);
}

TEST_CASE("conditions come after priority, host and path") {
  const Condition version{"x-version", "2"};
  const Fields fields = {{"X-Version", "2", "", {}}};
  std::vector<RouteRule> rules = {on({}), on({version}, {}, {}, "/*"), on({version})};
  rules[2].priority = -1;
  CHECK(winner(rules, {&fields, ""}) == 0);
  rules[0].priority = -2;
  CHECK(winner(rules, {&fields, ""}) == 1);
}

TEST_CASE("a route passed over for its conditions tells nothing of its methods") {
  const Condition version{"x-version", "2"};
  const Fields fields = {{"X-Version", "2", "", {}}};
  const Fields none;
  const Router router(std::vector{on({version}, {}, {"PUT"}), on({}, {}, {"GET"})});
  CHECK(router.find("h", "/a", "PUT", {&fields, ""}).route == 0);
  CHECK(router.find("h", "/a", "GET", {&fields, ""}).route == 1);
  CHECK(router.find("h", "/a", "PUT", {&none, ""}).allow == "GET, HEAD");
  CHECK(router.find("h", "/a", "POST", {&fields, ""}).allow == "GET, HEAD, PUT");
  const Router alone(std::vector{on({version})});
  CHECK(alone.find("h", "/a", "GET", {&none, ""}).kind == RouteMatch::Kind::no_route);
}

}  // namespace
}  // namespace gateway::routing
