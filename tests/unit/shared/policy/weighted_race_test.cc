#include "shared/policy/weighted_race.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

namespace gateway::policy {
namespace {

struct Entrant {
  std::uint64_t id;
  std::uint32_t weight;
};

std::uint32_t winner(std::uint64_t key, const std::vector<Entrant>& entrants) {
  WeightedRace race(key);
  for (std::uint32_t i = 0; i < entrants.size(); ++i) {
    race.enter(entrants[i].id, entrants[i].weight, i);
  }
  return race.winner();
}

// The same without leaving out any logarithm.
std::uint32_t naive_winner(std::uint64_t key, const std::vector<Entrant>& entrants) {
  std::uint32_t best = WeightedRace::kNobody;
  double soonest = 0;
  for (std::uint32_t i = 0; i < entrants.size(); ++i) {
    if (entrants[i].weight == 0) continue;
    const double draw = static_cast<double>(race_draw(key, entrants[i].id)) * 0x1p-53;
    const double time = -std::log(1.0 - draw) / entrants[i].weight;
    if (best != WeightedRace::kNobody && time >= soonest) continue;
    best = i;
    soonest = time;
  }
  return best;
}

TEST_CASE("nobody wins a race that nobody runs") {
  CHECK(winner(1, {}) == WeightedRace::kNobody);
  CHECK(winner(1, {{7, 0}, {8, 0}}) == WeightedRace::kNobody);
  CHECK(winner(1, {{7, 0}, {8, 3}}) == 1);
}

TEST_CASE("leaving out logarithms changes no winner") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<Entrant> entrants(random() % 12);
    for (Entrant& one : entrants) {
      one = {random(), static_cast<std::uint32_t>(random() % (round % 2 == 0 ? 4 : 1'000'001))};
    }
    const std::uint64_t key = random();
    REQUIRE(winner(key, entrants) == naive_winner(key, entrants));
  }
}

TEST_CASE("each wins by its weight, a small one beside great ones too") {
  std::mt19937_64 random(5);
  const std::vector<Entrant> entrants = {{random(), 1}, {random(), 10}, {random(), 89}};
  std::vector<double> wins(entrants.size());
  constexpr int kKeys = 2'000'000;
  for (int i = 0; i < kKeys; ++i) ++wins[winner(random(), entrants)];
  CHECK(wins[0] / kKeys == doctest::Approx(0.01).epsilon(0.02));
  CHECK(wins[1] / kKeys == doctest::Approx(0.10).epsilon(0.02));
  CHECK(wins[2] / kKeys == doctest::Approx(0.89).epsilon(0.02));
}

TEST_CASE("keys that count up are spread as random ones are") {
  std::vector<double> wins(4);
  for (std::uint64_t key = 0; key < 200'000; ++key) {
    ++wins[winner(key, {{1, 1}, {2, 1}, {3, 1}, {4, 1}})];
  }
  for (const double count : wins) CHECK(count == doctest::Approx(50'000).epsilon(0.02));
}

TEST_CASE("who leaves, joins or grows moves its own keys alone") {
  std::mt19937_64 random(9);
  std::vector<Entrant> all;
  for (int i = 0; i < 8; ++i) all.push_back({random(), 1 + static_cast<std::uint32_t>(i % 3)});
  std::vector<Entrant> without = all;
  without[5].weight = 0;
  std::vector<Entrant> grown = all;
  grown[2].weight *= 4;
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t key = random();
    const std::uint32_t before = winner(key, all);
    if (before != 5) REQUIRE(winner(key, without) == before);
    const std::uint32_t after = winner(key, grown);
    REQUIRE((after == before || after == 2));
  }
}

}  // namespace
}  // namespace gateway::policy
