#include "shared/policy/adaptive.h"

#include <doctest/doctest.h>

#include "shared/policy/rate_limit.h"
#include "tests/unit/shared/policy/limit_fixture.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

config::Adaptive over_cpu(std::uint32_t cpu, std::uint32_t floor = 25) {
  config::Adaptive adaptive;
  adaptive.cpu = cpu;
  adaptive.floor = floor;
  return adaptive;
}

config::Limit adaptive_limit(std::string name) {
  config::Limit limit = make_limit(100, 60s);
  limit.name = std::move(name);
  limit.paths = {{"/*", {}}};
  limit.adaptive = over_cpu(80);
  return limit;
}

constexpr Load kBusy{0ms, 0ms, 95};
constexpr Load kIdle{0ms, 0ms, 10};

}  // namespace

TEST_CASE("is over when one of the figures that are set is passed") {
  config::Adaptive adaptive;
  CHECK_FALSE(is_over(adaptive, {10s, 10s, 100}));
  adaptive.lag = 20ms;
  adaptive.p99 = 500ms;
  CHECK_FALSE(is_over(adaptive, {20ms, 500ms, 100}));
  CHECK(is_over(adaptive, {21ms, 0ms, 0}));
  CHECK(is_over(adaptive, {0ms, 501ms, 0}));
  CHECK(is_over(over_cpu(80), {0ms, 0ms, 81}));
  CHECK_FALSE(is_over(over_cpu(80), {0ms, 0ms, 80}));
}

TEST_CASE("shrinks by a tenth a second to the floor, grows back by a twentieth of the full") {
  const config::Adaptive adaptive = over_cpu(80);
  std::uint32_t factor = kFullFactor;
  int seconds = 0;
  for (; factor > 250; ++seconds) factor = next_factor(factor, adaptive, kBusy);
  CHECK(seconds == 14);
  CHECK(next_factor(factor, adaptive, kBusy) == 250);
  CHECK(next_factor(1000, adaptive, kBusy) == 900);
  CHECK(next_factor(900, adaptive, kBusy) == 810);
  CHECK(next_factor(250, adaptive, kIdle) == 300);
  CHECK(next_factor(990, adaptive, kIdle) == 1000);
  for (seconds = 0; factor < kFullFactor; ++seconds) factor = next_factor(factor, adaptive, kIdle);
  CHECK(seconds == 15);
  CHECK(next_factor(1000, over_cpu(80, 100), kBusy) == 1000);
  CHECK(next_factor(1000, over_cpu(80, 400), kBusy) == 1000);
  CHECK(next_factor(1, over_cpu(80, 0), kBusy) == 0);
}

TEST_CASE("factors are kept by name over a reload") {
  config::Limit plain = make_limit(100, 60s);
  const LimitRules rules(
      std::vector<config::Limit>{plain, adaptive_limit("a"), adaptive_limit("b")});
  LimitFactors factors(3);
  AdaptiveState state;
  advance(rules.all(), kBusy, state, factors);
  CHECK(factors.of(0) == 1000);
  CHECK(factors.of(1) == 900);
  CHECK(factors.of(2) == 900);
  CHECK(factors.of(3) == 1000);  // none of the rules

  const LimitRules reloaded(std::vector<config::Limit>{adaptive_limit("c"), adaptive_limit("a")});
  LimitFactors next(2);
  carry_over(reloaded.all(), state, next);
  CHECK(next.of(0) == 1000);
  CHECK(next.of(1) == 900);
  advance(reloaded.all(), kBusy, state, next);
  CHECK(next.of(1) == 810);
  CHECK(state.factors.size() == 2);
  for (int i = 0; i < 4; ++i) advance(reloaded.all(), kIdle, state, next);
  CHECK(next.of(1) == 1000);
  CHECK(state.factors.empty());
}

TEST_CASE("the limit in force is the limit times the factor") {
  const LimitRules rules(std::vector<config::Limit>{adaptive_limit("a")});
  LimitFactors factors(1);
  LimitTable table(1 << 16, {1, 2});
  const LimitCounter counter(rules, factors, table);
  const RouteLimits route = rules.for_route("r", *routing::parse_path_pattern("/x"), {});
  LimitVerdicts verdicts;
  LimitRequest request;
  request.now = kStart;
  const auto passing = [&] {
    int passed = 0;
    for (int i = 0; i < 200; ++i) {
      verdicts.clear();
      passed += counter.count(route, LimitStage::before_user, request, Counting::charge, verdicts);
    }
    return passed;
  };
  factors.set(0, 250);
  CHECK(passing() == 25);
  CHECK(verdicts.tightest()->tally.limit == 25);
  factors.set(0, 500);
  CHECK(passing() == 25);
  factors.set(0, 1000);
  CHECK(passing() == 50);
}
