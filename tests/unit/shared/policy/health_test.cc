#include "shared/policy/health.h"

#include <doctest/doctest.h>

#include <random>
#include <thread>
#include <vector>

#include "shared/policy/health_answer.h"

using namespace gateway;
using namespace gateway::policy;

namespace {

using Cause = HealthChange::Cause;
using State = HealthState;

constexpr HealthRules kBoth{2, 3, 5, 10s};
constexpr HealthRules kChecks{2, 3, 0, {}};
constexpr HealthRules kTraffic{0, 0, 5, 10s};
constexpr HealthFault kRefused{"connect refused", 0};
constexpr HealthFault kTimeout{"timeout", 0};

SteadyTime at(milliseconds since) {
  return SteadyTime(1'000'000s + since);
}

// One peer and its story; each step says which change it brought.
struct Told {
  PeerHealth peer;
  SteadyTime now = at(0s);

  std::string pass(const HealthRules& rules) { return told(peer.check_passed(rules, now)); }
  std::string fail(const HealthRules& rules) {
    return told(peer.check_failed(rules, kRefused, now));
  }
  std::string good(const HealthRules& rules) { return told(peer.request_succeeded(rules, now)); }
  std::string bad(const HealthRules& rules) {
    return told(peer.request_failed(rules, kTimeout, now));
  }
  std::string settle(const HealthRules& rules) { return told(peer.settle(rules, now)); }
  State state() const { return peer.state(now); }

  static std::string told(const std::optional<HealthChange>& change) {
    if (!change) return "";
    return std::string(name_of(change->from)) + " > " + std::string(name_of(change->to)) + ": " +
           reason_of(*change);
  }
};

}  // namespace

TEST_CASE(
    "checks: unknown, healthy after two, degraded at the first failure, unhealthy at the third") {
  Told peer;
  CHECK(peer.state() == State::unknown);
  CHECK(peer.peer.usable(peer.now));
  CHECK(peer.pass(kChecks) == "");
  CHECK(peer.pass(kChecks) == "unknown > healthy: 2 checks passed");
  CHECK(peer.pass(kChecks) == "");
  CHECK(peer.fail(kChecks) == "healthy > degraded: 1 check failed, last: connect refused");
  CHECK(peer.peer.usable(peer.now));
  CHECK(peer.fail(kChecks) == "");
  CHECK(peer.fail(kChecks) == "degraded > unhealthy: 3 checks failed, last: connect refused");
  CHECK_FALSE(peer.peer.usable(peer.now));
  CHECK(peer.fail(kChecks) == "");
  CHECK(peer.pass(kChecks) == "");
  CHECK(peer.fail(kChecks) == "");
  CHECK(peer.pass(kChecks) == "");
  CHECK(peer.state() == State::unhealthy);
  CHECK(peer.pass(kChecks) == "unhealthy > healthy: 2 checks passed");
}

TEST_CASE("a peer whose checks fail now and then stays degraded and does not flap") {
  Told peer;
  CHECK(peer.fail(kChecks) == "unknown > degraded: 1 check failed, last: connect refused");
  for (int i = 0; i < 50; ++i) {
    CHECK(peer.pass(kChecks) == "");
    CHECK(peer.fail(kChecks) == "");
  }
  CHECK(peer.state() == State::degraded);
}

TEST_CASE("thresholds of one decide at once") {
  Told peer;
  const HealthRules rules{1, 1, 0, {}};
  CHECK(peer.fail(rules) == "unknown > unhealthy: 1 check failed, last: connect refused");
  CHECK(peer.pass(rules) == "unhealthy > healthy: 1 check passed");
  CHECK(peer.fail(rules) == "healthy > unhealthy: 1 check failed, last: connect refused");
}

TEST_CASE("the largest thresholds are reached, and counting stops there") {
  Told peer;
  const HealthRules rules{HealthRules::kMaxChecks, HealthRules::kMaxChecks,
                          HealthRules::kMaxFailures, 10s};
  for (unsigned i = 1; i < HealthRules::kMaxChecks; ++i) peer.fail(rules);
  CHECK(peer.state() == State::degraded);
  CHECK(peer.fail(rules) == "degraded > unhealthy: 100 checks failed, last: connect refused");
  for (int i = 0; i < 300; ++i) CHECK(peer.fail(rules) == "");
  for (unsigned i = 1; i < HealthRules::kMaxChecks; ++i) CHECK(peer.pass(rules) == "");
  CHECK(peer.pass(rules) == "unhealthy > healthy: 100 checks passed");
  for (unsigned i = 1; i < HealthRules::kMaxFailures; ++i) CHECK(peer.bad(rules) == "");
  CHECK(peer.bad(rules) == "healthy > unhealthy: 10000 failures in live traffic, last: timeout");
}

TEST_CASE("live traffic: five failures in a row leave it out for ten seconds, then it is unknown") {
  Told peer;
  for (int i = 0; i < 4; ++i) CHECK(peer.bad(kTraffic) == "");
  CHECK(peer.good(kTraffic) == "");
  for (int i = 0; i < 4; ++i) CHECK(peer.bad(kTraffic) == "");
  CHECK(peer.state() == State::unknown);
  CHECK(peer.bad(kTraffic) == "unknown > unhealthy: 5 failures in live traffic, last: timeout");
  CHECK(peer.bad(kTraffic) == "");
  CHECK(peer.good(kTraffic) == "");  // a late answer ends no rest
  peer.now += 9'999ms;
  CHECK_FALSE(peer.peer.usable(peer.now));
  CHECK(peer.settle(kTraffic) == "");
  peer.now += 1ms;
  CHECK(peer.peer.usable(peer.now));  // though nobody has noticed yet
  CHECK(peer.peer.usable_since(peer.now) == at(10s));
  peer.now += 1s;
  CHECK(peer.settle(kTraffic) ==
        "unhealthy > unknown: the rest after failures in live traffic is over");
  CHECK(peer.settle(kTraffic) == "");
  CHECK(peer.peer.usable_since(peer.now) == at(10s));
  for (int i = 0; i < 4; ++i) CHECK(peer.bad(kTraffic) == "");
  CHECK(peer.bad(kTraffic) != "");
}

TEST_CASE("a request notices the end of a rest as well, and counts from nothing") {
  Told peer;
  for (int i = 0; i < 5; ++i) peer.bad(kTraffic);
  peer.now += 10s;
  CHECK(peer.bad(kTraffic) ==
        "unhealthy > unknown: the rest after failures in live traffic is over");
  for (int i = 0; i < 3; ++i) CHECK(peer.bad(kTraffic) == "");
  CHECK(peer.bad(kTraffic) == "unknown > unhealthy: 5 failures in live traffic, last: timeout");
}

TEST_CASE("checks do not shorten a rest, and say what comes after it") {
  Told peer;
  peer.pass(kBoth);
  peer.pass(kBoth);
  for (int i = 0; i < 5; ++i) peer.bad(kBoth);
  CHECK(peer.pass(kBoth) == "");
  CHECK(peer.pass(kBoth) == "");
  CHECK(peer.state() == State::unhealthy);
  peer.now += 10s;
  CHECK(peer.settle(kBoth) ==
        "unhealthy > healthy: the rest after failures in live traffic is over");

  for (int i = 0; i < 5; ++i) peer.bad(kBoth);
  for (int i = 0; i < 3; ++i) CHECK(peer.fail(kBoth) == "");
  peer.now += 10s;
  CHECK(peer.settle(kBoth) == "");  // checks keep it out
  CHECK(peer.state() == State::unhealthy);
  peer.pass(kBoth);
  CHECK(peer.pass(kBoth) == "unhealthy > healthy: 2 checks passed");
}

TEST_CASE("last resorts sent to a peer that checks keep out put it to no rest") {
  Told peer;
  for (int i = 0; i < 3; ++i) peer.fail(kBoth);
  for (int i = 0; i < 20; ++i) CHECK(peer.bad(kBoth) == "");
  peer.pass(kBoth);
  CHECK(peer.pass(kBoth) == "unhealthy > healthy: 2 checks passed");
}

TEST_CASE("slow start counts from the moment it was usable again") {
  PeerHealth fresh(at(7s));
  CHECK(fresh.usable_since(at(8s)) == at(7s));
  Told peer;
  CHECK(peer.peer.usable_since(peer.now) == SteadyTime{});
  for (int i = 0; i < 3; ++i) peer.fail(kChecks);
  CHECK(peer.peer.usable_since(peer.now) == SteadyTime{});
  peer.now += 60s;
  peer.pass(kChecks);
  peer.now += 30s;
  peer.pass(kChecks);
  CHECK(peer.peer.usable_since(peer.now) == at(90s));
  peer.now += 30s;
  peer.fail(kChecks);  // degraded and back: it was usable all the time
  peer.pass(kChecks);
  peer.pass(kChecks);
  CHECK(peer.peer.usable_since(peer.now) == at(90s));
}

TEST_CASE("a reload that drops checks or passive marks lets go of what they said") {
  Told peer;
  for (int i = 0; i < 3; ++i) peer.fail(kBoth);
  CHECK(peer.settle(kTraffic) == "unhealthy > unknown: the configuration has changed");
  for (int i = 0; i < 5; ++i) peer.bad(kTraffic);
  CHECK(peer.settle({}) == "unhealthy > unknown: the configuration has changed");
  CHECK(peer.fail({}) == "");
  CHECK(peer.bad({}) == "");
  CHECK(peer.state() == State::unknown);
}

TEST_CASE("a check that ends after the reload that dropped it changes nothing") {
  Told peer;
  for (int i = 0; i < 3; ++i) peer.fail(kChecks);
  CHECK(peer.pass({}) == "unhealthy > unknown: the configuration has changed");
  CHECK(peer.pass({}) == "");
  CHECK(peer.fail({}) == "");
}

TEST_CASE("a fault is told with its status, or not at all when nobody named it") {
  PeerHealth peer;
  const HealthRules rules{1, 1, 1, 1s};
  const auto change = peer.check_failed(rules, {"status", 503}, at(0s));
  REQUIRE(change);
  CHECK(reason_of(*change) == "1 check failed, last: status 503");
  peer.check_passed(rules, at(0s));
  const auto traffic = peer.request_failed(rules, {}, at(0s));
  REQUIRE(traffic);
  CHECK(reason_of(*traffic) == "1 failure in live traffic");
}

TEST_CASE("changes follow from one another, whatever happens in whatever order") {
  std::mt19937 chance(7);
  const HealthRules rules[] = {kBoth, kChecks, kTraffic, {1, 1, 1, 100ms}, {}};
  for (int round = 0; round < 200; ++round) {
    PeerHealth peer;
    State last = State::unknown;
    SteadyTime now = at(0s);
    const HealthRules& rule = rules[chance() % std::size(rules)];
    for (int i = 0; i < 200; ++i) {
      now += milliseconds(chance() % 700);
      std::optional<HealthChange> change;
      switch (chance() % 8) {
        case 0:
        case 1:
          change = peer.check_passed(rule, now);
          break;
        case 2:
          change = peer.check_failed(rule, kRefused, now);
          break;
        case 3:
          change = peer.request_succeeded(rule, now);
          break;
        case 4:
          change = peer.settle(rule, now);
          break;
        default:
          change = peer.request_failed(rule, kTimeout, now);
      }
      if (change) {
        CHECK(change->from == last);
        CHECK(change->to != change->from);
        last = change->to;
        CHECK(peer.state(now) == last);
      }
      CHECK(peer.usable(now) == (peer.state(now) != State::unhealthy));
      CHECK(peer.usable_since(now) <= now);
    }
  }
}

TEST_CASE("of many threads that see the same failures exactly one is told of each change") {
  PeerHealth peer;
  const HealthRules rules{1, 1, 3, 3ms};
  std::atomic<long> unhealthy{0};
  std::atomic<long> usable{0};
  std::vector<std::thread> threads;
  for (unsigned id = 0; id < 4; ++id) {
    threads.emplace_back([&, id] {
      for (int i = 0; i < 20'000; ++i) {
        const SteadyTime now = at(milliseconds(i / 10));
        std::optional<HealthChange> change;
        if (id == 0) {
          change = i % 2 ? peer.check_passed(rules, now) : peer.check_failed(rules, kRefused, now);
        } else if (id == 1) {
          change = peer.request_succeeded(rules, now);
        } else {
          change = peer.request_failed(rules, kTimeout, now);
        }
        if (!change) continue;
        if (change->to == State::unhealthy) ++unhealthy;
        if (change->from == State::unhealthy) ++usable;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const bool down = peer.settle(rules, at(1'000s)).has_value();
  CHECK(unhealthy > 0);
  CHECK(unhealthy - usable <= 1);
  CHECK(unhealthy - usable >= 0);
  CHECK((unhealthy - usable == 1) == down);
}

TEST_CASE("a service's state is told from those of its peers") {
  const auto of = [](std::vector<State> peers) { return combine(peers); };
  CHECK(of({}) == State::unknown);
  CHECK(of({State::unknown, State::unknown}) == State::unknown);
  CHECK(of({State::healthy, State::healthy}) == State::healthy);
  CHECK(of({State::healthy, State::unknown}) == State::healthy);
  CHECK(of({State::healthy, State::degraded}) == State::degraded);
  CHECK(of({State::degraded, State::degraded}) == State::degraded);
  CHECK(of({State::healthy, State::unhealthy}) == State::degraded);
  CHECK(of({State::unknown, State::unhealthy}) == State::degraded);
  CHECK(of({State::unhealthy, State::unhealthy}) == State::unhealthy);
}

TEST_CASE("the rules come from the config, within what a peer counts") {
  config::UpstreamPolicies policies;
  CHECK(health_rules(policies).unhealthy_after == 0);
  policies.health.emplace();
  policies.health->healthy_after = 1000;
  policies.health->unhealthy_after = 0;
  policies.passive_failures = 20'000;
  policies.passive_rest = 3s;
  const HealthRules rules = health_rules(policies);
  CHECK(rules.healthy_after == HealthRules::kMaxChecks);
  CHECK(rules.unhealthy_after == 1);
  CHECK(rules.passive_failures == HealthRules::kMaxFailures);
  CHECK(rules.passive_rest == 3s);
}

TEST_CASE("an answer is well by its status, at both ends of each range, and by its body") {
  config::Health health;
  health.statuses = {"200-299", "404", "x", "500-"};
  const HealthAnswer any(health);
  CHECK_FALSE(any.wants_body());
  CHECK_FALSE(any.status_is_well(199));
  CHECK(any.status_is_well(200));
  CHECK(any.status_is_well(299));
  CHECK_FALSE(any.status_is_well(300));
  CHECK(any.status_is_well(404));
  CHECK_FALSE(any.status_is_well(403));
  CHECK_FALSE(any.status_is_well(500));
  health.body = "\"ok\":true";
  const HealthAnswer body(health);
  CHECK(body.wants_body());
  CHECK(body.body_is_well("{\"ok\":true}"));
  CHECK_FALSE(body.body_is_well("{\"ok\": true}"));
  CHECK_FALSE(body.body_is_well(""));
  CHECK_FALSE(body == any);
}
