#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "shared/config/limits.h"
#include "shared/decision/load.h"

namespace gateway::decision {
namespace {

using config::Diagnostic;
using config::Diagnostics;
using config::Place;
using config::Severity;

// A route whose header stands at `line`, its path in plain quotes on the next.
config::Route route(std::string name, std::uint32_t line, std::string path) {
  config::Route route;
  route.name = std::move(name);
  route.place = {0, line, 1, 1};
  const auto length = static_cast<std::uint32_t>(path.size() + 2);
  route.path = {std::move(path), {0, line + 1, 8, length}};
  return route;
}

config::Config with(std::vector<config::Route> routes) {
  config::Config config;
  config.files = {{"gatewayd.toml", ""}};
  config.routes = std::move(routes);
  return config;
}

Diagnostic error_at(std::string id, std::uint32_t line) {
  return {Severity::error, std::move(id), "known before", {0, line, 1, 1}, ""};
}

std::vector<std::string> ids(const Diagnostics& diagnostics) {
  std::vector<std::string> all;
  for (const Diagnostic& item : diagnostics.items) all.push_back(item.id);
  return all;
}

TEST_CASE("routes that are right leave nothing to say") {
  Diagnostics diagnostics;
  check(with({route("a", 1, "/a/{id}"), route("b", 4, "/b/*")}), diagnostics);
  CHECK(diagnostics.items.empty());
}

TEST_CASE("a fault inside a plain text is shown where it stands") {
  Diagnostics diagnostics;
  check(with({route("a", 1, "/a//b")}), diagnostics);
  REQUIRE(diagnostics.items.size() == 1);
  CHECK(diagnostics.items[0].id == "bad-path");
  CHECK(diagnostics.items[0].place.line == 2);
  CHECK(diagnostics.items[0].place.column == 8 + 1 + 3);
  CHECK(diagnostics.items[0].place.length == 1);
}

TEST_CASE("in a text that was escaped or substituted the whole value is shown") {
  auto config = with({route("a", 1, "/a//b")});
  config.routes[0].path.place.length = 30;
  Diagnostics diagnostics;
  check(config, diagnostics);
  REQUIRE(diagnostics.items.size() == 1);
  CHECK(diagnostics.items[0].place.column == 8);
  CHECK(diagnostics.items[0].place.length == 30);
}

TEST_CASE("a disabled route is checked, but takes no requests and needs none") {
  auto config = with({route("a", 1, "/a"), route("b", 4, "/a"), route("c", 7, "nonsense")});
  config.routes[0].enabled = false;
  config.routes[2].enabled = false;
  Diagnostics diagnostics;
  check(config, diagnostics);
  CHECK(ids(diagnostics) == std::vector<std::string>{"bad-path"});
}

TEST_CASE("what is found is put in order among what was known") {
  Diagnostics diagnostics;
  diagnostics.items = {error_at("unknown-service", 3), error_at("unknown-service", 9)};
  check(with({route("a", 1, "a"), route("b", 4, "/b"), route("c", 7, "/b")}), diagnostics);
  CHECK(ids(diagnostics) == std::vector<std::string>{"bad-path", "unknown-service",
                                                     "unreachable-route", "unknown-service"});
}

TEST_CASE("a route that may not be what its author wrote proves nothing about others") {
  const auto config = with({route("a", 1, "/a"), route("b", 5, "/a")});
  Diagnostics clean;
  check(config, clean);
  CHECK(ids(clean) == std::vector<std::string>{"unreachable-route"});
  Diagnostics doubtful;
  doubtful.items = {error_at("wrong-type", 3)};
  check(config, doubtful);
  CHECK(ids(doubtful) == std::vector<std::string>{"wrong-type"});
}

TEST_CASE("a route without a path was reported before") {
  auto config = with({route("a", 1, "")});
  config.routes[0].path = {};
  Diagnostics diagnostics;
  check(config, diagnostics);
  CHECK(diagnostics.items.empty());
}

TEST_CASE("as many findings as one run shows, and one more") {
  std::vector<config::Route> routes;
  for (std::uint32_t i = 0; i < config::kMaxFindings; ++i) {
    routes.push_back(route("r" + std::to_string(i), 1 + 3 * i, "bad"));
  }
  Diagnostics all;
  check(with(routes), all);
  CHECK(all.items.size() == config::kMaxFindings);
  CHECK(all.items.back().id == "bad-path");

  routes.push_back(route("last", 90'000, "bad"));
  Diagnostics most;
  check(with(routes), most);
  CHECK(most.items.size() == config::kMaxFindings + 1);
  CHECK(most.errors() == config::kMaxFindings + 1);
}

}  // namespace
}  // namespace gateway::decision
