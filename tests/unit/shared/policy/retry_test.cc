#include "shared/policy/retry.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string_view>

namespace {

using namespace gateway;
using namespace gateway::policy;

constexpr SteadyTime kNow{1000s};
constexpr Repeatable kGet{true, true, false};
constexpr std::uint32_t kMost = UINT32_MAX;

RetryRules rules_on(config::RetryConditions on) {
  return {std::move(on), 3, 50ms, false};
}

RetryRules all_rules() {
  return rules_on({true, true, true, {502, 503, 504}});
}

RetryDecision decide(const RetryRules& rules, const Repeatable& request,
                     const FailedAttempt& attempt) {
  RetryBudget budget(20);
  return may_retry(rules, request, attempt, budget, kNow);
}

std::string_view refusal(const RetryRules& rules, const Repeatable& request,
                         const FailedAttempt& attempt) {
  const RetryDecision decision = decide(rules, request, attempt);
  return decision.retry ? "" : decision.reason;
}

}  // namespace

TEST_CASE("each failure is repeated by the condition that names it, and by no other") {
  struct Row {
    Decider decider;
    bool connect, reset, timeout;
  };
  const Row rows[] = {{Decider::upstream_resolve, true, false, false},
                      {Decider::upstream_connect, true, false, false},
                      {Decider::upstream_connect_timeout, true, false, true},
                      {Decider::upstream_reset, false, true, false},
                      {Decider::upstream_timeout, false, false, true},
                      {Decider::upstream_malformed, false, false, false}};
  for (const Row& row : rows) {
    const FailedAttempt failed{1, row.decider, 0};
    CHECK(decide(rules_on({true, false, false, {}}), kGet, failed).retry == row.connect);
    CHECK(decide(rules_on({false, true, false, {}}), kGet, failed).retry == row.reset);
    CHECK(decide(rules_on({false, false, true, {}}), kGet, failed).retry == row.timeout);
    CHECK_FALSE(decide(rules_on({false, false, false, {502, 503, 504}}), kGet, failed).retry);
  }
}

TEST_CASE("an answer is repeated when its status is listed") {
  CHECK(decide(all_rules(), kGet, {1, Decider::upstream, 503}).retry);
  CHECK(refusal(all_rules(), kGet, {1, Decider::upstream, 500}) ==
        "This failure is not among retry.on.");
  CHECK_FALSE(decide(rules_on({true, true, true, {}}), kGet, {1, Decider::upstream, 503}).retry);
}

TEST_CASE("what the client or the gateway caused is never repeated") {
  for (const DeciderInfo& entry : all_deciders()) {
    if (entry.side == Side::upstream) continue;
    CHECK_FALSE(decide(all_rules(), kGet, {1, entry.decider, 503}).retry);
  }
}

TEST_CASE("no attempt beyond the stated number") {
  CHECK(decide(all_rules(), kGet, {2, Decider::upstream_reset}).retry);
  CHECK(refusal(all_rules(), kGet, {3, Decider::upstream_reset}) == "All attempts are used up.");
  CHECK_FALSE(decide(all_rules(), kGet, {kMost, Decider::upstream_reset}).retry);
  CHECK_FALSE(decide(RetryRules{}, kGet, {1, Decider::upstream_reset}).retry);
}

TEST_CASE("a method that is not idempotent only by the route's leave, or when nothing was sent") {
  const Repeatable post{false, true, false};
  CHECK(refusal(all_rules(), post, {1, Decider::upstream_reset}) ==
        "The method is not idempotent.");
  CHECK_FALSE(decide(all_rules(), post, {1, Decider::upstream, 503}).retry);
  CHECK(decide(all_rules(), post, {1, Decider::upstream_connect, 0, false}).retry);
  RetryRules any = all_rules();
  any.any_method = true;
  CHECK(decide(any, post, {1, Decider::upstream_reset}).retry);
  CHECK(decide(any, post, {1, Decider::upstream, 503}).retry);
}

TEST_CASE("never once the answer has begun, nor without the body") {
  RetryRules any = all_rules();
  any.any_method = true;
  CHECK(refusal(any, {true, true, true}, {1, Decider::upstream_reset}) == "The answer has begun.");
  CHECK(refusal(any, {true, false, false}, {1, Decider::upstream_reset}) ==
        "The body is not kept.");
}

TEST_CASE("only what else may be repeated costs budget") {
  RetryBudget budget(20);
  const FailedAttempt failed{1, Decider::upstream_reset};
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(may_retry(all_rules(), {false, true, false}, failed, budget, kNow).retry);
    CHECK_FALSE(may_hedge({true, false, false}, budget, kNow).retry);
  }
  for (std::uint64_t i = 0; i < RetryBudget::kBudgetReserve; ++i) {
    CHECK(may_retry(all_rules(), kGet, failed, budget, kNow).retry);
  }
  const RetryDecision spent = may_retry(all_rules(), kGet, failed, budget, kNow);
  CHECK_FALSE(spent.retry);
  CHECK(std::string_view(spent.reason) == "The retry budget is used up.");
  CHECK_FALSE(may_hedge(kGet, budget, kNow).retry);
}

TEST_CASE("hedges idempotent requests whose body is at hand") {
  RetryBudget budget(20);
  CHECK(may_hedge(kGet, budget, kNow).retry);
  CHECK_FALSE(may_hedge({false, true, false}, budget, kNow).retry);
  CHECK_FALSE(may_hedge({true, false, false}, budget, kNow).retry);
  CHECK_FALSE(may_hedge({true, true, true}, budget, kNow).retry);
}

TEST_CASE("a route changes the rules of its service, and makes none") {
  config::UpstreamPolicies service;
  config::RouteUpstream route;
  route.retry_attempts = 5;
  route.retry_any_method = true;
  CHECK(make_retry_rules(service, route).attempts == 1);
  service.retry.emplace();
  service.retry->on.reset = true;
  service.retry->backoff = 70ms;
  const RetryRules changed = make_retry_rules(service, route);
  CHECK(changed.attempts == 5);
  CHECK(changed.any_method);
  CHECK(changed.on.reset);
  CHECK(changed.backoff == 70ms);
  const RetryRules plain = make_retry_rules(service, {});
  CHECK(plain.attempts == 3);
  CHECK_FALSE(plain.any_method);
}

TEST_CASE("idempotent methods are those of RFC 9110") {
  for (const auto method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    CHECK(is_idempotent(method));
  }
  for (const auto method : {"POST", "PATCH", "CONNECT", "get", "", "PROPFIND"}) {
    CHECK_FALSE(is_idempotent(method));
  }
}

TEST_CASE("the longest pause doubles up to its bound") {
  const auto longest = [](std::uint32_t number, milliseconds backoff) {
    return std::chrono::ceil<milliseconds>(retry_delay(number, backoff, kMost));
  };
  CHECK(longest(1, 50ms) == 50ms);
  CHECK(longest(2, 50ms) == 100ms);
  CHECK(longest(3, 50ms) == 200ms);
  CHECK(longest(8, 50ms) == 6400ms);
  CHECK(longest(9, 50ms) == 10s);
  CHECK(longest(kMost, 1ms) == 10s);
  CHECK(longest(1, 60s) == 60s);
  CHECK(longest(9, 60s) == 60s);
  CHECK(longest(0, 50ms) == 50ms);
  CHECK(retry_delay(kMost, 0ms, kMost) == 0us);
  CHECK(retry_delay(1, milliseconds::min(), kMost) == 0us);
  CHECK(longest(kMost, milliseconds::max()) == 1h);
  CHECK(retry_delay(5, 50ms, 0) == 0us);
}

TEST_CASE("pauses are spread over all of their range") {
  std::mt19937 random(3);
  int tenths[10] = {};
  for (int i = 0; i < 100'000; ++i) {
    const auto pause = retry_delay(2, 500ms, static_cast<std::uint32_t>(random()));
    REQUIRE(pause < 1s);
    ++tenths[pause / 100ms];
  }
  for (const int count : tenths) {
    CHECK(count > 9'500);
    CHECK(count < 10'500);
  }
}
