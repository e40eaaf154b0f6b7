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
  const Applied before = applied("ab", "");
  const Applied after = applied("bc", "");
  FleetChange change = fleet_change(before, after);
  change.breakers = 1;
  change.breakers_total = 2;
  const auto receipt = make_receipt(before, after, std::move(change));
  REQUIRE(receipt.draining.size() == 1);
  CHECK(receipt.draining[0].what == "host-a:8000");
  CHECK_FALSE(receipt.draining[0].requests);
  REQUIRE(receipt.reset.size() == 1);
  CHECK(receipt.reset[0].what == "connections to host-a:8000");
  CHECK(receipt.breakers == 1);
  CHECK(receipt.breakers_total == 2);
}
