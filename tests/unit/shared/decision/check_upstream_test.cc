#include "shared/decision/check_upstream.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace gateway;
using namespace gateway::config;

Service service() {
  Service service;
  service.name = "samples";
  service.response_timeout = 30s;
  service.place = {0, 4, 1, 1};
  return service;
}

Config config_of(Service service) {
  Config config;
  config.files = {{"gatewayd.toml", ""}};
  Route route;
  route.name = "samples";
  route.service.value = service.name;
  config.routes = {route};
  config.services = {std::move(service)};
  return config;
}

// The ids of what is found; all of it must be warnings.
std::vector<std::string> found(const Config& config) {
  Report report(config.files);
  decision::check_upstream(config, report);
  CHECK(report.errors() == 0);
  std::vector<std::string> ids;
  for (const Diagnostic& item : report.take()) ids.push_back(item.id);
  return ids;
}

using Ids = std::vector<std::string>;

Health every(milliseconds every, milliseconds timeout) {
  Health health;
  health.method = "GET";
  health.every = every;
  health.timeout = timeout;
  return health;
}

}  // namespace

TEST_CASE("a check that may take longer than the time to the next one") {
  Service s = service();
  s.upstream.health = every(5s, 5s);
  CHECK(found(config_of(s)).empty());
  s.upstream.health = every(5s, 5001ms);
  CHECK(found(config_of(s)) == Ids{"slow-check"});
}

TEST_CASE("a text that is looked for in an answer without a body") {
  Service s = service();
  s.upstream.health = every(30s, 5s);
  s.upstream.health->body = "ok";
  CHECK(found(config_of(s)).empty());
  s.upstream.health->method = "HEAD";
  CHECK(found(config_of(s)) == Ids{"useless-check"});
}

TEST_CASE("retries that no failure leads to, or that no time is left for") {
  Service s = service();
  s.upstream.retry.emplace();
  CHECK(found(config_of(s)) == Ids{"useless-retry"});
  s.upstream.retry->on.timeout = true;
  CHECK(found(config_of(s)).empty());
  s.upstream.timeout = 30s;
  CHECK(found(config_of(s)) == Ids{"useless-retry"});
  s.upstream.timeout = 30001ms;
  CHECK(found(config_of(s)).empty());
}

TEST_CASE("a hedge that starts when the attempt is over") {
  Service s = service();
  s.upstream.hedge_after = 29999ms;
  CHECK(found(config_of(s)).empty());
  s.upstream.hedge_after = 30s;
  CHECK(found(config_of(s)) == Ids{"useless-hedge"});
  s.upstream.hedge_after = 2s;
  s.upstream.timeout = 2s;
  CHECK(found(config_of(s)) == Ids{"useless-hedge"});
}

TEST_CASE("a route that changes retries which its service does not make") {
  Config config = config_of(service());
  config.routes[0].upstream.retry_attempts = 5;
  CHECK(found(config) == Ids{"useless-retry"});
  config.routes[0].upstream.retry_attempts.reset();
  config.routes[0].upstream.retry_any_method = false;
  CHECK(found(config) == Ids{"useless-retry"});
  config.services[0].upstream.retry.emplace().on.connect = true;
  CHECK(found(config).empty());

  Config split = config_of(service());
  split.routes[0].service.value = "";
  split.routes[0].upstream.retry_attempts = 5;
  split.routes[0].upstream.split = {{{"samples", {}}, 1}, {{"other", {}}, 1}};
  CHECK(found(split) == Ids{"useless-retry"});
  split.services[0].upstream.retry.emplace().on.connect = true;
  CHECK(found(split).empty());

  Config unknown = config_of(service());
  unknown.routes[0].service.value = "nobody";  // reported with the names
  unknown.routes[0].upstream.retry_attempts = 5;
  CHECK(found(unknown).empty());
}
