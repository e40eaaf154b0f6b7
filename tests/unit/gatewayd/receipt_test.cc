#include "gatewayd/receipt.h"

#include <doctest/doctest.h>

#include <cctype>

#include "shared/decision/snapshot.h"

namespace {

using namespace gateway;

Applied applied(const std::string& services, const std::string& limits) {
  config::Config config;
  const auto add = [&](const std::string& name, const std::string& host) {
    config::Service& service = config.services.emplace_back();
    service.name = name;
    config::Instance& instance = service.instances.emplace_back();
    instance.url = "http://" + host + ":8000";
    instance.host = host;
    instance.port = 8000;
  };
  for (const char name : services) add(std::string(1, name), std::string("host-") + name);
  for (const char name : limits) {
    config::Limit& limit = config.limits.emplace_back();
    limit.name = std::string(1, static_cast<char>(std::tolower(name)));
    limit.key.emplace_back().value = "ip";
    limit.limit = 5;
    limit.window = std::isupper(name) != 0 ? std::chrono::hours(1) : std::chrono::minutes(1);
  }
  Applied out;
  out.snapshot = decision::build_snapshot(std::move(config));
  return out;
}

// One daemon's services over several configs.
struct Running {
  proxy::Fleet fleet;
  std::optional<config::Breaker> breaker;  // of every service
  proxy::Addresses addresses;

  Running() {
    for (const char name : {'b', 'c', 'd'}) {
      addresses[std::string("host-") + name] = {*parse_ip("10.1.0.1")};
    }
  }
  Applied with(const std::string& services) {
    config::Config config = applied(services, "").snapshot->config;
    for (config::Service& service : config.services) service.upstream.breaker = breaker;
    return serve(std::move(config));
  }
  Applied serve(config::Config config) {
    Applied out;
    out.fleet = fleet.adopt(config, addresses, {}, SteadyTime{});
    out.snapshot = decision::build_snapshot(std::move(config));
    return out;
  }
};

proxy::PeerState& peer_of(const Applied& applied, std::size_t service) {
  return *(*applied.fleet)[service].peers.front().state;
}

std::string why(const FleetChange& change, const std::string& what) {
  for (const control::Reset& reset : change.reset) {
    if (reset.what == what) return reset.why;
  }
  return "";
}

}  // namespace

TEST_CASE("receipt: nothing changed, nothing is reset") {
  const auto receipt = make_receipt(applied("ab", "xy"), applied("ab", "xy"), {});
  CHECK(receipt.reset.empty());
  CHECK(receipt.draining.empty());
}

TEST_CASE("receipt: limits that are gone or count something else begin anew") {
  const auto receipt = make_receipt(applied("a", "xyz"), applied("a", "xYw"), {});
  REQUIRE(receipt.reset.size() == 2);
  CHECK(receipt.reset[0].what == "limit y");
  CHECK(receipt.reset[0].why == "its key, window or algorithm changed: it counts anew");
  CHECK(receipt.reset[1].what == "limit z");
  CHECK(receipt.reset[1].why == "it is gone");
}

TEST_CASE("receipt: an instance that is gone drains, and its connections with it") {
  Running running;
  running.addresses["host-a"] = {*parse_ip("10.1.0.2")};
  const Applied before = running.with("ab");
  peer_of(before, 0).in_flight = 3;
  const Applied after = running.with("bc");
  const auto receipt = make_receipt(before, after, fleet_change(before, after));
  REQUIRE(receipt.draining.size() == 1);
  CHECK(receipt.draining[0].what == "host-a:8000");
  CHECK(receipt.draining[0].requests == 3);
  REQUIRE(receipt.reset.size() == 1);
  CHECK(receipt.reset[0].what == "connections to host-a:8000");
  CHECK(receipt.reset[0].why == "the instance is gone");
  CHECK(receipt.breakers_total == 0);
}

TEST_CASE("receipt: breakers are kept by name, and what they count by their window") {
  Running running;
  running.breaker.emplace().rate = 50;
  running.addresses["host-a"] = {*parse_ip("10.1.0.2")};
  const Applied before = running.with("abc");
  const Applied same = running.with("abc");
  FleetChange change = fleet_change(before, same);
  CHECK(change.breakers == 3);
  CHECK(change.breakers_total == 3);
  CHECK(change.reset.empty());
  running.breaker->window = std::chrono::seconds(77);
  const Applied after = running.with("bcd");
  change = fleet_change(before, after);
  CHECK(change.breakers == 2);
  CHECK(change.breakers_total == 3);
  CHECK(why(change, "breaker of a") == "it is gone");
  CHECK(why(change, "breaker of b") == "its window changed: what it counted begins anew");
  CHECK(change.draining.size() == 1);

  running.breaker->per = config::Breaker::Per::instance;
  const Applied each = running.with("bcd");
  change = fleet_change(after, each);
  CHECK(change.breakers == 0);
  CHECK(change.breakers_total == 3);
  CHECK(why(fleet_change(each, running.with("cd")), "breaker of b at http://host-b:8000") ==
        "it is gone");
}

TEST_CASE("receipt: an address that a name has no longer drains, a name found now does not") {
  Running running;
  const Applied unresolved = running.with("a");
  running.addresses["host-a"] = {*parse_ip("10.0.0.1"), *parse_ip("10.0.0.2")};
  const Applied before = running.with("a");
  CHECK(fleet_change(unresolved, before).draining.empty());
  running.addresses["host-a"] = {*parse_ip("10.0.0.2")};
  const auto change = fleet_change(before, running.with("a"));
  REQUIRE(change.draining.size() == 1);
  CHECK(change.draining[0].what == "host-a:8000 at 10.0.0.1:8000");
  CHECK(change.draining[0].requests == 0);
  CHECK(why(change, "connections to host-a:8000 at 10.0.0.1:8000") ==
        "the name has this address no longer");
}

TEST_CASE("receipt: of an instance that another service has, only the requests drain") {
  Running running;
  running.addresses["host-a"] = {*parse_ip("10.1.0.2")};
  const Applied both = running.with("ab");
  config::Config config = both.snapshot->config;
  config.services[1].instances = config.services[0].instances;
  const Applied before = running.serve(config);
  config.services.erase(config.services.begin());
  const Applied after = running.serve(config);
  const auto change = fleet_change(before, after);
  REQUIRE(change.draining.size() == 1);
  CHECK(change.draining[0].what == "host-a:8000 of service a");
  CHECK(change.reset.empty());
}
