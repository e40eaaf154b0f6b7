#include "shared/policy/route_answer.h"

#include <doctest/doctest.h>

#include <string>

#include "shared/routing/path_pattern.h"
#include "shared/routing/router.h"

namespace gateway::policy {
namespace {

using Scope = Template::Scope;
using routing::parse_path_pattern;
using routing::PathPattern;
using routing::RouteMatch;
using routing::Router;
using routing::RouteRule;

PathPattern pattern(std::string_view text) {
  const auto parsed = parse_path_pattern(text);
  REQUIRE(parsed.ok());
  return *parsed;
}

config::RoutePolicies redirecting(std::string to, std::uint16_t status = 302) {
  config::RoutePolicies route;
  route.redirect = {{std::move(to), {}}, status};
  return route;
}

// Where a request for `path` is led to; "-" when nowhere.
std::string led(std::string_view path_pattern, const std::string& to, std::string_view path,
                TemplateValues values = {}) {
  CAPTURE(to);
  CAPTURE(path);
  const PathPattern parsed = pattern(path_pattern);
  const auto route = redirecting(to);
  for (const Fault& fault : RouteAnswer::faults(route, parsed, Scope::with_identity)) {
    FAIL_CHECK(fault.hint);
  }
  const RouteAnswer answer(route, parsed);
  REQUIRE(answer);
  CHECK(answer.status() == 302);
  CHECK(answer.body().empty());
  const Router router(std::vector{RouteRule{{}, std::string(path_pattern), {}, 0}});
  const RouteMatch match = router.find("h", path, "GET");
  REQUIRE(match.kind == RouteMatch::Kind::found);
  values.path = path;
  values.match = &match;
  std::string out = "X: 1\r\n";
  if (!answer.append_lines(values, out)) {
    CHECK(out == "X: 1\r\n");
    return "-";
  }
  REQUIRE(out.substr(0, 16) == "X: 1\r\nLocation: ");
  REQUIRE(out.substr(out.size() - 2) == "\r\n");
  return out.substr(16, out.size() - 18);
}

TEST_CASE("a redirect leads on with captures and the rest, as a rewrite does") {
  CHECK(led("/old", "/new", "/old") == "/new");
  CHECK(led("/old/*", "/new/*", "/old/a/b%2Cc") == "/new/a/b%2Cc");
  CHECK(led("/old/*", "/new/*", "/old/") == "/new/");
  CHECK(led("/old/*", "/new/*", "/old") == "/new");
  CHECK(led("/old/*", "/*/x", "/old") == "/x");
  CHECK(led("/old/*", "/*/x", "/old/") == "/x");
  CHECK(led("/old/*", "/*", "/old") == "/");
  CHECK(led("/old/*", "/a/*/z", "/old/7/") == "/a/7/z");
  CHECK(led("/u/{id}/{n}", "/{n}/u-{id}.html", "/u/1/2") == "/2/u-1.html");
  CHECK(led("/old/*", "https://new.example:8443/v2/*", "/old/7") ==
        "https://new.example:8443/v2/7");
  CHECK(led("/old/*", "https://new.example/*", "/old") == "https://new.example/");
  CHECK(led("/old/*", "https://new.example/*?a=b#c", "/old/x") == "https://new.example/x?a=b#c");
  CHECK(led("/old", "https://new.example", "/old") == "https://new.example");
  CHECK(led("/old", "https://new.example?x", "/old") == "https://new.example?x");
}

TEST_CASE("values stay where they are put") {
  Identity identity;
  identity.user = "a/../b?c#d e";
  TemplateValues values;
  values.identity = &identity;
  values.host = "api.example";
  values.query = "x=1&y=a b";
  CHECK(led("/*", "https://${request.host}${request.path}?${request.query}", "/a", values) ==
        "https://api.example/a?x=1&y=a%20b");
  CHECK(led("/*", "https://www.${request.host}:8443/*", "/a", values) ==
        "https://www.api.example:8443/a");
  CHECK(led("/me", "/users/${user.sub}", "/me", values) == "/users/a%2F..%2Fb%3Fc%23d%20e");
  CHECK(led("/*", "/login?next=${request.path}", "/a&b", values) == "/login?next=%2Fa%26b");
  CHECK(led("/s/{q}", "/search?q={q}&x", "/s/a%20b&admin=1", values) ==
        "/search?q=a%20b%26admin%3D1&x");
  values.query = "";
  CHECK(led("/*", "/new/*?${request.query}", "/a", values) == "/new/a");
  values.query = "x=1\r\nSet-Cookie: a";
  CHECK(led("/*", "/new/*?${request.query}", "/a", values) == "/new/a");
}

TEST_CASE("no request leads off the host that the config names") {
  TemplateValues values;
  Identity identity;
  values.identity = &identity;
  for (const char* path : {"/evil.example", "/evil.example/x", "/@evil.example", "/:80/x"}) {
    const std::string expected = path;
    CHECK(led("/*", "/${request.path}", path, values) == expected);
    CHECK(led("/*", "${request.path}", path, values) == expected);
    CHECK(led("/*", "/*", path, values) == expected);
  }
  for (const char* user :
       {"/evil.example", "//evil.example", "\\evil.example", "/\\evil.example", "@evil.example"}) {
    identity.user = user;
    const std::string to = led("/*", "/${user.sub}/x", "/a", values);
    CHECK(to.substr(0, 2) == "/%");
    CHECK(to.find('\\') == std::string::npos);
  }
  for (const char* user : {"", ".", "..", "a\r\nb"}) {
    identity.user = user;
    CHECK(led("/*", "/${user.sub}/evil.example", "/a", values) == "/evil.example");
    CHECK(led("/*", "/${user.sub}${user.sub}${request.path}", "/evil.example", values) ==
          "/evil.example");
    CHECK(led("/*", "/${user.sub}//*", "/evil.example", values) == "/evil.example");
  }
}

TEST_CASE("a host that the request does not name, or names wrongly, leads nowhere") {
  TemplateValues values;
  for (const char* host : {"", "evil.example/", "a@evil.example", "a b", "evil.example\\", "a?b"}) {
    values.host = host;
    CHECK(led("/*", "https://${request.host}/*", "/a", values) == "-");
    CHECK(led("/*", "/x?h=${request.host}", "/a", values).substr(0, 3) == "/x?");
  }
}

TEST_CASE("an address is refused where its fault is") {
  struct Case {
    std::string text;
    std::size_t offset;
    const char* message;
  };
  const PathPattern taken = pattern("/a/{x}/*");
  const PathPattern bare = pattern("/a");
  for (const Case& given : std::vector<Case>{
           {"", 0, "expected \"/…\""},
           {"new", 0, "expected \"/…\""},
           {"javascript:alert(1)", 0, "expected \"/…\""},
           {"ftp://x/", 0, "expected \"/…\""},
           {"*", 0, "expected \"/…\""},
           {"${user.sub}", 0, "expected \"/…\""},
           {"//evil.example", 0, "needs \"https:\""},
           {"https://", 8, "expected a host"},
           {"https:///x", 8, "expected a host"},
           {"http://:80/", 7, "expected a host"},
           {"https://*/", 8, "fixed text or ${request.host}"},
           {"https://x{x}/", 9, "fixed text or ${request.host}"},
           {"https://x${user.sub}/", 9, "fixed text or ${request.host}"},
           {"https://x${request.query}", 9, "fixed text or ${request.host}"},
           {"https://u@x/", 9, "fixed text or ${request.host}"},
           {"https://x\\@y/", 9, "fixed text or ${request.host}"},
           {"/a b", 2, "percent-encoded"},
           {"/a\r\nb", 2, "percent-encoded"},
           {"/\\evil", 1, "percent-encoded"},
           {"/ü", 1, "percent-encoded"},
           {"/$${x}", 3, "percent-encoded"},
           {"/a%2", 2, "\"%\" without"},
           {"/a%zz", 2, "\"%\" without"},
           {"/x}", 2, "without its \"{\""},
           {"/{x", 1, "without its \"}\""},
           {"/${user.sub", 1, "without its \"}\""},
           {"/{y}", 1, "captures {x}"},
           {"/x*", 2, "whole segment"},
           {"/*x", 1, "whole segment"},
           {"/x?a=*", 5, "in the path alone"},
           {"/x?${usr.sub}", 3, "did you mean ${user.sub}?"},
           {std::string(kMaxTemplateBytes + 1, '/'), kMaxTemplateBytes, "longer than"},
       }) {
    CAPTURE(given.text);
    const auto faults = RouteAnswer::faults(redirecting(given.text), taken, Scope::with_identity);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].offset == given.offset);
    CAPTURE(faults[0].hint);
    CHECK(faults[0].hint.find(given.message) != std::string::npos);
    CHECK_FALSE(RouteAnswer(redirecting(given.text), taken));
  }
  CHECK(RouteAnswer::faults(redirecting("/*"), bare, Scope::with_identity).size() == 1);
  CHECK(RouteAnswer::faults(redirecting("/${user.sub}"), bare, Scope::without_identity).size() ==
        1);
}

TEST_CASE("the longest address, and one byte more") {
  TemplateValues values;
  const std::string longest(kMaxTemplateOutput - 1, 'q');
  values.query = std::string_view(longest).substr(2);
  CHECK(led("/*", "/x?${request.query}", "/", values).size() == kMaxTemplateOutput);
  values.query = std::string_view(longest).substr(1);
  CHECK(led("/*", "/x?${request.query}", "/", values) == "-");
  const std::string path = "/" + std::string(kMaxTemplateOutput, 'p');
  CHECK(led("/*", "/*", std::string_view(path).substr(0, kMaxTemplateOutput)).size() ==
        kMaxTemplateOutput);
  CHECK(led("/*", "/*", path) == "-");
}

TEST_CASE("only what redirects may be a redirect's status") {
  const PathPattern path = pattern("/a");
  for (unsigned status = 0; status < 700; ++status) {
    const bool right =
        status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    const auto route = redirecting("/x", static_cast<std::uint16_t>(status));
    CHECK(RouteAnswer::faults(route, path, Scope::with_identity).empty() == right);
  }
}

TEST_CASE("a fixed answer") {
  const PathPattern path = pattern("/a");
  config::RoutePolicies route;
  CHECK_FALSE(RouteAnswer(route, path));
  route.respond = {200, "{}", "application/json", {}};
  const RouteAnswer answer(route, path);
  REQUIRE(answer);
  CHECK(answer.status() == 200);
  CHECK(answer.body() == "{}");
  std::string out;
  CHECK(answer.append_lines({}, out));
  CHECK(out == "Content-Type: application/json\r\n");

  out.clear();
  route.respond->content_type.clear();
  CHECK(RouteAnswer(route, path).append_lines({}, out));
  CHECK(out == "Content-Type: text/plain; charset=utf-8\r\n");
  out.clear();
  route.respond = {204, "", "", {}};
  CHECK(RouteAnswer(route, path).append_lines({}, out));
  CHECK(out.empty());
}

TEST_CASE("a fixed answer that cannot be given is refused") {
  const PathPattern path = pattern("/a");
  const auto count = [&](std::uint16_t status, std::string body, std::string type) {
    config::RoutePolicies route;
    route.respond = {status, std::move(body), std::move(type), {}};
    return RouteAnswer::faults(route, path, Scope::with_identity).size();
  };
  CHECK(count(200, "x", "text/html; charset=utf-8") == 0);
  CHECK(count(599, "", "") == 0);
  for (const unsigned status : {0u, 100u, 101u, 199u, 300u, 302u, 304u, 399u, 600u}) {
    CHECK(count(static_cast<std::uint16_t>(status), "", "") == 1);
  }
  CHECK(count(204, "x", "") == 1);
  CHECK(count(205, "x", "") == 1);
  for (const char* type :
       {"text", "/", "text/", "a b/c", "text/plain\r\nX: 1", "text/plain;\x01"}) {
    CHECK(count(200, "x", type) == 1);
  }
  CHECK(count(200, std::string(kMaxAnswerBodyBytes, 'x'), "") == 0);
  CHECK(count(200, std::string(kMaxAnswerBodyBytes + 1, 'x'), "") == 1);

  auto both = redirecting("/x");
  both.respond = {200, "", "", {}};
  CHECK(RouteAnswer::faults(both, path, Scope::with_identity).size() == 1);
}

TEST_CASE("who asks during maintenance is told when to come back") {
  std::string out;
  append_retry_after(kMaintenanceRetryAfter, out);
  CHECK(out == "Retry-After: 300\r\n");
}

}  // namespace
}  // namespace gateway::policy
