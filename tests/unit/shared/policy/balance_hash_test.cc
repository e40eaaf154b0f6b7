#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/unit/shared/policy/balance_fixture.h"

namespace gateway::policy {
namespace {

using config::Balance;

Balancer make(std::size_t size, std::uint32_t bound = 125) {
  auto policies = balanced_by(Balance::hash);
  policies.hash_bound = bound;
  return Balancer(policies, peer_ids(size), 1);
}

TEST_CASE("one that leaves or joins moves no more keys than its own share") {
  std::mt19937_64 random(1);
  for (const std::size_t size : {2u, 3u, 10u, 50u, 256u}) {
    std::vector<Candidate> all(size);
    Balancer balancer = make(size);
    Balancer larger = make(size + 1);
    const std::vector<Candidate> joined(size + 1);
    constexpr int kKeys = 20'000;
    int left = 0;
    int moved_to_new = 0;
    const std::size_t gone = random() % size;
    for (int i = 0; i < kKeys; ++i) {
      const std::uint64_t key = random();
      all[gone].usable = true;
      const auto before = *balancer.choose(all, ask_at(kNow, key));
      all[gone].usable = false;
      const auto without = *balancer.choose(all, ask_at(kNow, key));
      REQUIRE(without != gone);
      if (before != gone) REQUIRE(without == before);
      left += without != before;
      const auto with = *larger.choose(joined, ask_at(kNow, key));
      REQUIRE((with == before || with == size));
      moved_to_new += with != before;
    }
    CAPTURE(size);
    CHECK(left / double{kKeys} <= 1.0 / static_cast<double>(size) + 0.05);
    CHECK(moved_to_new / double{kKeys} <= 1.0 / static_cast<double>(size + 1) + 0.05);
  }
}

TEST_CASE("keys are spread by weight within 2 %") {
  std::mt19937_64 random(2);
  const auto all = peers({1, 2, 3, 4, 10});
  Balancer balancer = make(5);
  std::vector<double> taken(5);
  constexpr int kKeys = 400'000;
  for (int i = 0; i < kKeys; ++i) ++taken[*balancer.choose(all, ask_at(kNow, random()))];
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(taken[i] / kKeys == doctest::Approx(all[i].weight / 20.0).epsilon(0.02));
  }
}

// A key's peers, the first choice first, from choices among idle ones.
std::vector<std::size_t> order_of(std::uint64_t key, const std::vector<Candidate>& all,
                                  Balancer& balancer) {
  std::vector<Candidate> idle = all;
  for (Candidate& one : idle) one.in_flight = 0;
  std::vector<std::size_t> order;
  while (const auto next = balancer.choose(idle, ask_at(kNow, key))) {
    order.push_back(*next);
    idle[*next].usable = false;
  }
  return order;
}

TEST_CASE("over random lists the first in the key's order that is within the bound is taken") {
  std::mt19937_64 random(3);
  int passed_over = 0;
  for (int list = 0; list < 3000; ++list) {
    const auto all = random_peers(random, 20);
    const std::uint32_t bound = 101 + static_cast<std::uint32_t>(random() % 60);
    Balancer balancer = make(all.size(), bound);
    const std::uint64_t key = random();
    const auto order = order_of(key, all, balancer);
    double requests = 1;
    double weights = 0;
    for (const std::size_t i : order) {
      requests += all[i].in_flight;
      weights += all[i].weight;
    }
    const auto within = [&](std::size_t i) {
      const double most = std::ceil(bound / 100.0 * requests * all[i].weight / weights - 1e-9);
      return all[i].in_flight + 1 <= most;
    };
    const auto expected = std::find_if(order.begin(), order.end(), within);
    const auto chosen = balancer.choose(all, ask_at(kNow, key));
    REQUIRE(chosen.has_value() == !order.empty());
    if (!chosen) continue;
    REQUIRE(expected != order.end());
    REQUIRE(*chosen == *expected);
    passed_over += *chosen != order.front();
  }
  CHECK(passed_over > 500);
}

TEST_CASE("one hot key, and many, keep every peer within the bound") {
  std::mt19937_64 random(4);
  for (const bool hot : {true, false}) {
    std::vector<Candidate> all(10);
    Balancer balancer = make(10);
    for (std::uint32_t running = 1; running <= 500; ++running) {
      const auto chosen = *balancer.choose(all, ask_at(kNow, hot ? 7 : random()));
      ++all[chosen].in_flight;
      REQUIRE(all[chosen].in_flight <= std::ceil(1.25 * running / 10));
    }
  }
}

TEST_CASE("what one peer cannot take is spread over all others") {
  std::mt19937_64 random(5);
  std::vector<Candidate> all(6);
  Balancer balancer = make(6);
  std::vector<int> next(6);
  for (int i = 0; i < 60'000; ++i) {
    const std::uint64_t key = random();
    all[3].usable = true;
    if (balancer.choose(all, ask_at(kNow, key)) != 3) continue;
    all[3].usable = false;
    ++next[*balancer.choose(all, ask_at(kNow, key))];
  }
  for (std::size_t i = 0; i < 6; ++i) CHECK((i == 3 ? next[i] == 0 : next[i] > 1800));
}

}  // namespace
}  // namespace gateway::policy
