#include "shared/decision/snapshot.h"

#include <doctest/doctest.h>

#include <string>

#include "shared/decision/load.h"

namespace gateway::decision {
namespace {

using Kind = routing::RouteMatch::Kind;

constexpr char kText[] = R"(
[listeners.public]
address = "127.0.0.1:8000"

[services.auth]
instances = ["http://127.0.0.1:8080"]

[services.samples]
instances = ["http://127.0.0.1:8081", "http://127.0.0.1:8082"]

[routes.old]
path    = "/old"
service = "auth"
enabled = false

[routes.samples]
path    = "/samples/{id}/*"
hosts   = ["API.example.com"]
service = "samples"
rewrite = "/api/{id}/*"
timeout = "7s"

[routes.login]
path    = "/login"
methods = ["POST"]
service = "auth"
)";

std::unique_ptr<Snapshot> snapshot() {
  const config::Environment environment{[](std::string_view) { return std::nullopt; }};
  auto loaded = decision::load_text("gatewayd.toml", kText, environment);
  INFO(config::render_text(loaded.diagnostics, false));
  REQUIRE(loaded.config);
  return build_snapshot(*std::move(loaded.config));
}

TEST_CASE("enabled routes alone, in the order of the file, with their services") {
  const auto built = snapshot();
  REQUIRE(built->routes.size() == 2);
  CHECK(built->routes[0].name == "samples");
  CHECK(built->config.services[built->routes[0].service].name == "samples");
  CHECK(built->routes[0].timeout == 7s);
  CHECK(built->routes[1].name == "login");
  CHECK(built->config.services[built->routes[1].service].name == "auth");
  CHECK_FALSE(built->routes[1].rewrite);
  CHECK_FALSE(built->routes[1].timeout);
}

TEST_CASE("the router's answers are indices of those routes") {
  const auto built = snapshot();
  const auto login = built->router.find("any.test", "/login", "POST");
  REQUIRE(login.kind == Kind::found);
  CHECK(built->routes[login.route].name == "login");
  CHECK(built->router.find("any.test", "/login", "GET").kind == Kind::method_not_allowed);
  CHECK(built->router.find("any.test", "/old", "GET").kind == Kind::no_route);
  CHECK(built->router.find("any.test", "/samples/7/x", "GET").kind == Kind::no_route);
}

TEST_CASE("hosts are compared in lower case, rewrites are compiled") {
  const auto built = snapshot();
  const auto match = built->router.find("api.example.com", "/samples/7/x", "GET");
  REQUIRE(match.kind == Kind::found);
  const RoutePlan& plan = built->routes[match.route];
  REQUIRE(plan.rewrite);
  std::string path;
  plan.rewrite->apply(match, path);
  CHECK(path == "/api/7/x");
}

TEST_CASE("the journal's ids have their places and are not yet given") {
  const auto built = snapshot();
  CHECK(built->revision == 0);
  CHECK(built->routes[0].name_id == 0);
  CHECK(built->service_ids == std::vector<std::uint32_t>{0, 0});
  CHECK(built->instance_ids == std::vector<std::vector<std::uint32_t>>{{0}, {0, 0}});
}

TEST_CASE("a file with a fault that only this floor sees gives no config") {
  std::string text = kText;
  text.replace(text.find("/api/{id}"), 9, "/api/{no}");
  const config::Environment environment{[](std::string_view) { return std::nullopt; }};
  const auto loaded = decision::load_text("gatewayd.toml", text, environment);
  CHECK_FALSE(loaded.config);
  CHECK(config::first_error(loaded.diagnostics).find("bad-rewrite") != std::string::npos);
}

TEST_CASE("a file that is not there is an error, not a config") {
  const auto loaded = decision::load("/nonexistent/gatewayd.toml", config::process_environment());
  CHECK_FALSE(loaded.config);
  CHECK(loaded.diagnostics.errors() == 1);
}

}  // namespace
}  // namespace gateway::decision
