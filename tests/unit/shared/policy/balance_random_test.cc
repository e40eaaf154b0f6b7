#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "shared/policy/slow_start.h"
#include "tests/unit/shared/policy/balance_fixture.h"

namespace gateway::policy {
namespace {

using config::Balance;

constexpr Balance kByLoad[] = {Balance::round_robin, Balance::least_connections,
                               Balance::power_of_two};

// What each peer's share of `requests` came to, where `finish` ends some after each choice.
template <class Finish>
std::vector<double> shares(Balancer& balancer, std::vector<Candidate> all, int requests,
                           std::mt19937_64& random, Finish finish) {
  std::vector<double> taken(all.size());
  std::vector<std::uint32_t> running;
  for (int i = 0; i < requests; ++i) {
    const auto chosen = balancer.choose(all, ask_at(kNow, random()));
    REQUIRE(chosen.has_value());
    REQUIRE(all[*chosen].usable);
    ++taken[*chosen];
    ++all[*chosen].in_flight;
    running.push_back(*chosen);
    finish(all, running);
  }
  for (double& count : taken) count /= requests;
  return taken;
}

double weight_of_usable(const std::vector<Candidate>& all) {
  return std::accumulate(all.begin(), all.end(), 0.0, [](double sum, const Candidate& one) {
    return sum + (one.usable ? one.weight : 0);
  });
}

// `random` ends any one of those that run once there are more than `concurrency`.
auto finish_above(std::size_t concurrency, std::mt19937_64& random) {
  return [concurrency, &random](std::vector<Candidate>& all, std::vector<std::uint32_t>& running) {
    while (running.size() > concurrency) {
      std::swap(running[random() % running.size()], running.back());
      --all[running.back()].in_flight;
      running.pop_back();
    }
  };
}

TEST_CASE("over random lists each peer gets its share within 2 %, and none is starved") {
  std::mt19937_64 random(1);
  for (int list = 0; list < 300; ++list) {
    auto all = random_peers(random, 12);
    for (Candidate& one : all) one.in_flight = 0;
    const double total = weight_of_usable(all);
    if (total == 0) continue;
    const std::size_t concurrency = list % 3 == 0 ? 0 : random() % 200;
    for (const Balance balance : kByLoad) {
      Balancer balancer(balanced_by(balance), peer_ids(all.size()), random());
      const auto got = shares(balancer, all, 20'000, random, finish_above(concurrency, random));
      for (std::size_t i = 0; i < all.size(); ++i) {
        CAPTURE(list);
        CAPTURE(concurrency);
        CAPTURE(int(balance));
        const double due = all[i].usable ? all[i].weight / total : 0;
        // With few requests at once, who is busy has more to say than weights.
        const bool by_weight = concurrency == 0 || concurrency > 10 * all.size();
        if (by_weight || balance == Balance::round_robin) REQUIRE(std::abs(got[i] - due) < 0.02);
        if (due > 0) REQUIRE(got[i] > due / 2);
      }
    }
  }
}

// Smooth weighted round robin as it is described, in fractions of one turn.
TEST_CASE("round robin never lags its due by more than a turn") {
  std::mt19937_64 random(2);
  for (int list = 0; list < 300; ++list) {
    const auto all = random_peers(random, 20);
    const double total = weight_of_usable(all);
    if (total == 0) continue;
    Balancer balancer(balanced_by(Balance::round_robin), peer_ids(all.size()), random());
    std::vector<double> taken(all.size());
    for (int turn = 1; turn <= 500; ++turn) {
      ++taken[*balancer.choose(all, ask_at(kNow))];
      for (std::size_t i = 0; i < all.size(); ++i) {
        const double due = all[i].usable ? turn * double{1} * all[i].weight / total : 0;
        REQUIRE(std::abs(taken[i] - due) < 2.0);
      }
    }
  }
}

TEST_CASE("peers that come and go leave the others their shares") {
  std::mt19937_64 random(3);
  auto all = peers({1, 2, 3, 4});
  Balancer balancer(balanced_by(Balance::round_robin), peer_ids(4), 1);
  std::vector<double> taken(4);
  std::vector<double> due(4);
  for (int turn = 0; turn < 200'000; ++turn) {
    if (turn % 7 == 0) {
      for (Candidate& one : all) one.usable = random() % 3 != 0;
    }
    const double total = weight_of_usable(all);
    const auto chosen = balancer.choose(all, ask_at(kNow));
    REQUIRE(chosen.has_value() == (total > 0));
    if (!chosen) continue;
    REQUIRE(all[*chosen].usable);
    ++taken[*chosen];
    for (std::size_t i = 0; i < 4; ++i) due[i] += all[i].usable ? all[i].weight / total : 0;
  }
  for (std::size_t i = 0; i < 4; ++i) CHECK(taken[i] == doctest::Approx(due[i]).epsilon(0.02));
}

TEST_CASE("over random lists the choice is one that a slow and obvious model allows") {
  std::mt19937_64 random(4);
  for (int list = 0; list < 2000; ++list) {
    const auto all = random_peers(random, 16);
    std::vector<std::uint32_t> tried;
    for (std::size_t left = random() % 4; left > 0; --left) tried.push_back(roll(random, 16));
    const auto may = eligible(all, tried);
    for (const Balance balance : kByLoad) {
      Balancer balancer(balanced_by(balance), peer_ids(all.size()), random());
      const auto chosen = balancer.choose(all, ask_at(kNow, random(), tried));
      REQUIRE(chosen.has_value() == !may.empty());
      if (!chosen) continue;
      REQUIRE(std::find(may.begin(), may.end(), *chosen) != may.end());
      const Candidate& taken = all[*chosen];
      // No busier now than `other` would be with the request.
      const auto no_worse_than = [&](std::size_t other) {
        return std::uint64_t{taken.in_flight} * all[other].weight <
               (std::uint64_t{all[other].in_flight} + 1) * taken.weight;
      };
      if (balance == Balance::least_connections) {
        REQUIRE(std::all_of(may.begin(), may.end(), no_worse_than));
      }
      // Whoever is drawn beside the busiest of all is taken in its place.
      if (balance == Balance::power_of_two && may.size() > 1) {
        REQUIRE(std::any_of(may.begin(), may.end(), [&](std::size_t other) {
          return other != *chosen && no_worse_than(other);
        }));
      }
    }
  }
}

TEST_CASE("power of two keeps the busiest far below what chance alone would") {
  std::mt19937_64 random(5);
  const auto all = std::vector<Candidate>(50);
  Balancer balancer(balanced_by(Balance::power_of_two), peer_ids(50), 1);
  std::uint32_t most = 0;
  shares(balancer, all, 100'000, random,
         [&](std::vector<Candidate>& now, std::vector<std::uint32_t>& running) {
           finish_above(1000, random)(now, running);
           for (const Candidate& one : now) most = std::max(most, one.in_flight);
         });
  // 20 on average; blind chance reaches 40.
  CHECK(most <= 28);
}

TEST_CASE("a peer that came back grows into its share along the curve") {
  constexpr SteadyTime kBack = kNow;
  std::mt19937_64 random(6);
  for (const Balance balance :
       {Balance::round_robin, Balance::least_connections, Balance::power_of_two, Balance::hash}) {
    auto all = peers({1, 1, 1, 1});
    all[2].since = kBack;
    for (const auto after : {0s, 5s, 15s, 29s, 30s, 300s}) {
      Balancer balancer(balanced_by(balance, 30s), peer_ids(4), 1);
      constexpr int kRequests = 100'000;
      int taken = 0;
      for (int i = 0; i < kRequests; ++i) {
        taken += *balancer.choose(all, ask_at(kBack + after, random())) == 2;
      }
      const double share = slow_start_share(30s, kBack, kBack + after) / double{kFullShare};
      CAPTURE(int(balance));
      CAPTURE(after.count());
      CHECK(taken / double{kRequests} == doctest::Approx(share / (3 + share)).epsilon(0.05));
    }
  }
}

TEST_CASE("of a key's peers a growing one only ever wins") {
  std::mt19937_64 random(7);
  auto all = peers({1, 1, 1});
  all[0].since = kNow;
  Balancer balancer(balanced_by(Balance::hash, 60s), peer_ids(3), 1);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t key = random();
    auto last = balancer.choose(all, ask_at(kNow, key));
    for (int second = 1; second <= 60; ++second) {
      const auto next = balancer.choose(all, ask_at(kNow + seconds(second), key));
      REQUIRE((next == last || next == 0));
      last = next;
    }
  }
}

}  // namespace
}  // namespace gateway::policy
