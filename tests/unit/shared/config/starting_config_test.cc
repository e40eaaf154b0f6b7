#include "shared/config/starting_config.h"

#include <doctest/doctest.h>

#include <sstream>

#include "shared/config/load.h"

using namespace gateway::config;

namespace {

const Environment kEnvironment{[](std::string_view name) -> std::optional<std::string> {
  if (name == "JWT_SECRET_KEY") return "a secret that is long enough for HS256";
  return std::nullopt;
}};

Loaded load_start(const std::string& text) {
  return load({.name = "start.toml", .text = text, .path = "/nowhere/start.toml", .included = {}}, kEnvironment);
}

// Without the "#" before settings; of lines and tables alike.
std::string with_all_on(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const bool off = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    out += (off ? line.substr(1) : line) + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("a starting configuration is valid as it stands, without a warning") {
  for (const Home home : {Home::machine, Home::here}) {
    const Loaded loaded = load_start(starting_config(home));
    CHECK(render_text(loaded.diagnostics, false) == "");
    REQUIRE(loaded.config);
    CHECK(loaded.config->listeners.front().host == "127.0.0.1");
    CHECK(loaded.config->gateway.expose_health);
    CHECK(loaded.config->routes.front().service.value == "api");
  }
}

TEST_CASE("and with every setting on that is off") {
  const Loaded loaded = load_start(with_all_on(starting_config(Home::machine)));
  CHECK(render_text(loaded.diagnostics, false) == "");
  REQUIRE(loaded.config);
  CHECK(loaded.config->auth.jwt);
  CHECK(loaded.config->limits.size() == 1);
}

TEST_CASE("where it shows a default, turning it on changes nothing") {
  const std::string text = starting_config(Home::machine);
  const auto store = load_start(text).config->store;
  std::string on = text;
  for (const std::string& line : {std::string("[store]"), std::string("path = \"/var"),
                                  std::string("keep_requests"), std::string("max_size")}) {
    const std::size_t at = on.find("\n#" + line);
    REQUIRE(at != std::string::npos);
    on.erase(at + 1, 1);
  }
  const Loaded loaded = load_start(on);
  REQUIRE(loaded.config);
  CHECK(loaded.config->store.path == store.path);
  CHECK(loaded.config->store.keep_requests == store.keep_requests);
  CHECK(loaded.config->store.max_size == store.max_size);
}

TEST_CASE("here: database and control socket lie in the folder of the start") {
  const auto config = load_start(starting_config(Home::here)).config;
  REQUIRE(config);
  CHECK(config->store.path == "gatewayd.db");
  CHECK(config->control.socket == "gatewayd.sock");
}

TEST_CASE("its lines fit a terminal of 100 columns") {
  std::istringstream lines(starting_config(Home::machine));
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 100);
}
