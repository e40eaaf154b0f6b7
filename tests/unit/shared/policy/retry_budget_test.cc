#include "shared/policy/retry_budget.h"

#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace gateway;
using namespace gateway::policy;

constexpr SteadyTime kBegin{1000s};
constexpr std::uint64_t kReserve = RetryBudget::kBudgetReserve;

std::uint64_t take_all(RetryBudget& budget, SteadyTime now) {
  std::uint64_t taken = 0;
  while (budget.take(now)) ++taken;
  return taken;
}

}  // namespace

TEST_CASE("a service with few requests has the reserve, again after the window") {
  RetryBudget budget(20);
  CHECK(take_all(budget, kBegin) == kReserve);
  CHECK(take_all(budget, kBegin + 9999ms) == 0);
  CHECK(take_all(budget, kBegin + 10s) == kReserve);
}

TEST_CASE("the share grows with the requests of the window") {
  RetryBudget budget(20);
  for (int i = 0; i < 1000; ++i) budget.count_request(kBegin);
  CHECK(take_all(budget, kBegin) == 200 + kReserve);
  budget.adopt(50);
  CHECK(take_all(budget, kBegin) == 300);
  budget.adopt(1);
  CHECK_FALSE(budget.take(kBegin));
  CHECK(take_all(budget, kBegin + 10s) == kReserve);
}

TEST_CASE("the reserve gives one in ten seconds, one more at the bound does not") {
  RetryBudget budget(100);
  for (std::uint64_t i = 0; i < kReserve; ++i) CHECK(budget.take(kBegin));
  CHECK_FALSE(budget.take(kBegin));
  budget.count_request(kBegin);
  CHECK(budget.take(kBegin));
  CHECK_FALSE(budget.take(kBegin));
}

TEST_CASE("over any sequence retries stay within the share and the reserve") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    const std::uint32_t percent = 1 + static_cast<std::uint32_t>(random() % 100);
    RetryBudget budget(percent);
    std::uint64_t requests = 0, retries = 0;
    std::int64_t ms = 0;
    for (int i = 0; i < 20'000; ++i) {
      ms += random() % 500 == 0 ? random() % 20'000 : random() % 10;
      const SteadyTime now = kBegin + milliseconds(ms);
      const unsigned asking = i / 1000 % 2 == 0 ? 10 : 80;
      if (random() % 100 < asking) {
        retries += budget.take(now);
      } else {
        budget.count_request(now);
        ++requests;
      }
      const std::uint64_t windows = static_cast<std::uint64_t>(ms) / 10'000 + 1;
      REQUIRE(retries <= requests * percent / 100 + windows * kReserve);
    }
    CHECK(retries > 0);
  }
}

TEST_CASE("when every attempt of every request fails, attempts are no more than the share over") {
  RetryBudget budget(20);
  std::uint64_t attempts = 0;
  constexpr std::uint64_t kRequests = 60'000;  // 1,000 a second
  for (std::uint64_t i = 0; i < kRequests; ++i) {
    const SteadyTime now = kBegin + milliseconds(i);
    budget.count_request(now);
    ++attempts;
    for (int again = 0; again < 2 && budget.take(now); ++again) ++attempts;
  }
  CHECK(attempts > kRequests * 119 / 100);
  CHECK(attempts <= kRequests * 120 / 100 + 7 * kReserve);
}

TEST_CASE("threads that ask at once never get more than there is") {
  for (int round = 0; round < 50; ++round) {
    RetryBudget budget(20);
    for (int i = 0; i < 500; ++i) budget.count_request(kBegin);
    std::atomic<std::uint64_t> taken = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        // At the edge of two tenths, so that the threads count in different ones.
        const SteadyTime now = kBegin + (t % 2 == 0 ? 999ms : 1000ms);
        for (int i = 0; i < 100; ++i) taken += budget.take(now) ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(taken <= 100 + kReserve);
    REQUIRE(taken >= 100 + kReserve - 4);  // two that meet at the end may both be refused
  }
}
