#include "shared/policy/rewrite.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/routing/path.h"
#include "tests/unit/shared/routing/naive_router.h"

namespace gateway::policy {
namespace {

using routing::parse_path_pattern;
using routing::PatternError;
using routing::RouteMatch;
using routing::Router;
using routing::RouteRule;

Result<Rewrite, PatternError> compile(std::string_view text, std::string_view pattern) {
  const auto parsed = parse_path_pattern(pattern);
  REQUIRE(parsed.ok());
  return Rewrite::compile(text, *parsed);
}

// What `path` becomes under a route with this pattern and rewrite.
std::string rewritten(std::string_view pattern, std::string_view text, std::string_view path) {
  const auto rewrite = compile(text, pattern);
  REQUIRE(rewrite.ok());
  const Router router(std::vector{RouteRule{{}, std::string(pattern), {}, 0}});
  const RouteMatch match = router.find("h", path, "GET");
  REQUIRE(match.kind == RouteMatch::Kind::found);
  std::string out;
  rewrite->apply(match, out);
  return out;
}

TEST_CASE("the rest moves under a new prefix, its slashes as the request had them") {
  CHECK(rewritten("/samples/*", "/api/v1/*", "/samples/7") == "/api/v1/7");
  CHECK(rewritten("/samples/*", "/api/v1/*", "/samples/7/") == "/api/v1/7/");
  CHECK(rewritten("/samples/*", "/api/v1/*", "/samples/7/x%2Cy") == "/api/v1/7/x%2Cy");
  CHECK(rewritten("/samples/*", "/api/v1/*", "/samples/") == "/api/v1/");
  CHECK(rewritten("/samples/*", "/api/v1/*", "/samples") == "/api/v1");
}

TEST_CASE("a prefix can be taken off or put on") {
  CHECK(rewritten("/samples/*", "/*", "/samples/7") == "/7");
  CHECK(rewritten("/samples/*", "/*", "/samples/") == "/");
  CHECK(rewritten("/samples/*", "/*", "/samples") == "/");
  CHECK(rewritten("/*", "/api/*", "/") == "/api/");
  CHECK(rewritten("/*", "/api/*", "/a/b") == "/api/a/b");
}

TEST_CASE("the rest may be dropped, stand in the middle or stand twice") {
  CHECK(rewritten("/samples/*", "/gone", "/samples/7/x") == "/gone");
  CHECK(rewritten("/samples/*", "/a/*/z", "/samples/7") == "/a/7/z");
  CHECK(rewritten("/samples/*", "/a/*/z", "/samples/7/") == "/a/7/z");
  CHECK(rewritten("/samples/*", "/a/*/z", "/samples/") == "/a/z");
  CHECK(rewritten("/samples/*", "/a/*/z", "/samples") == "/a/z");
  CHECK(rewritten("/samples/*", "/*/*", "/samples") == "/");
  CHECK(rewritten("/samples/*", "/*/*", "/samples/") == "/");
  CHECK(rewritten("/samples/*", "/*/*", "/samples/1") == "/1/1");
}

TEST_CASE("captures go where their names stand, within a segment too") {
  CHECK(rewritten("/a/{x}/b/{y}", "/{y}/{x}", "/a/1/b/2") == "/2/1");
  CHECK(rewritten("/users/{id}", "/v2/user-{id}.json", "/users/7") == "/v2/user-7.json");
  CHECK(rewritten("/a/{x}/{y}", "/{x}{y}/{x}", "/a/1/2") == "/12/1");
  CHECK(rewritten("/a/{x}/*", "/{x}/*", "/a/1") == "/1");
  CHECK(rewritten("/a/{x}/*", "/{x}/*", "/a/1/") == "/1/");
  CHECK(rewritten("/a/b", "/c/", "/a/b") == "/c/");
}

TEST_CASE("the new path is appended") {
  const auto rewrite = compile("/v1/*", "/a/*");
  RouteMatch match;
  std::string out = "http://origin/";
  rewrite->apply(match, out);
  CHECK(out == "http://origin//v1");
}

TEST_CASE("what cannot be made is refused where the fault is") {
  struct Fault {
    const char* text;
    const char* pattern;
    std::size_t offset;
    const char* message;
  };
  const Fault faults[] = {
      {"", "/a", 0, "leading slash"},
      {"v1/*", "/a/*", 0, "leading slash"},
      {"*", "/a/*", 0, "leading slash"},
      {"/v1/*", "/a", 4, "ends in \"/*\""},
      {"/v1/x*", "/a/*", 5, "whole segment"},
      {"/v1/*x", "/a/*", 4, "whole segment"},
      {"/v1/**", "/a/*", 4, "whole segment"},
      {"/v1/{id}", "/a/{x}/{y}", 4, "captures {x}, {y}"},
      {"/v1/{id}", "/a", 4, "captures nothing"},
      {"/v1/{}", "/a/{x}", 4, "not captured"},
      {"/v1/{x", "/a/{x}", 4, "without its \"}\""},
      {"/v1/x}", "/a/{x}", 5, "without its \"{\""},
      {"/v1//x", "/a", 0, "normal form"},
      {"/v1/../x", "/a", 0, "normal form"},
      {"/v1/%41", "/a", 0, "normal form"},
      {"/v1?x=1", "/a", 0, "percent-encoded"},
      {"/v1/%2F", "/a", 0, "encoded NUL, slash"},
  };
  for (const Fault& fault : faults) {
    CAPTURE(fault.text);
    const auto rewrite = compile(fault.text, fault.pattern);
    REQUIRE_FALSE(rewrite.ok());
    CHECK(rewrite.error().offset == fault.offset);
    CAPTURE(rewrite.error().message);
    CHECK(rewrite.error().message.find(fault.message) != std::string::npos);
  }
}

TEST_CASE("the longest rewrite, and one byte more") {
  CHECK(compile("/" + std::string(kMaxRewriteBytes - 1, 'a'), "/a").ok());
  const auto longer = compile("/" + std::string(kMaxRewriteBytes, 'a'), "/a");
  REQUIRE_FALSE(longer.ok());
  CHECK(longer.error().offset == kMaxRewriteBytes);
}

TEST_CASE("whatever is rewritten is again a path in normal form") {
  const std::vector<std::string> texts = {"/*",      "/x/*",   "/*/y",          "/x/*/y/*",
                                          "/{n0}/*", "/.{n0}", "/{n0}{n0}/*/.x"};
  const std::vector<std::string> paths = routing::naive::all_paths(4);
  std::size_t applied = 0;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    routing::naive::Dice draw(seed);
    RouteRule rule = routing::naive::random_rule(draw);
    rule.hosts.clear();
    rule.methods.clear();
    const Router router(std::vector{rule});
    for (const std::string& text : texts) {
      const auto rewrite = compile(text, rule.path);
      if (!rewrite) continue;
      for (const std::string& path : paths) {
        const RouteMatch match = router.find("h", path, "GET");
        if (match.kind != RouteMatch::Kind::found) continue;
        std::string out;
        rewrite->apply(match, out);
        std::string scratch;
        const char* why = nullptr;
        CAPTURE(rule.path);
        CAPTURE(text);
        CAPTURE(path);
        REQUIRE(routing::normalize_path(out, scratch, why) == out);
        ++applied;
      }
    }
  }
  CHECK(applied > 1'000);
}

}  // namespace
}  // namespace gateway::policy
