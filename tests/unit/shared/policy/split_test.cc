#include "shared/policy/split.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace gateway::policy {
namespace {

using Weights = std::vector<std::pair<std::string, std::uint32_t>>;

Split split_of(const Weights& weights) {
  std::vector<config::Share> shares;
  for (const auto& [name, weight] : weights) shares.push_back({{name, {}}, weight});
  return Split(shares);
}

// The part of random keys that is in each share.
std::vector<double> parts(const Split& split, std::size_t shares, int keys) {
  std::mt19937_64 random(1);
  std::vector<double> taken(shares);
  for (int i = 0; i < keys; ++i) ++taken[split.choose(random())];
  for (double& count : taken) count /= keys;
  return taken;
}

TEST_CASE("without shares there is nothing to choose") {
  CHECK(Split().empty());
  CHECK_FALSE(split_of({{"a", 1}}).empty());
  CHECK(split_of({{"a", 1}}).choose(7) == 0);
}

TEST_CASE("a share of nothing gets nothing") {
  const Split split = split_of({{"a", 0}, {"b", 3}, {"c", 0}});
  for (std::uint64_t key = 0; key < 10'000; ++key) REQUIRE(split.choose(key) == 1);
}

TEST_CASE("over random weights each share gets its part within 2 %") {
  std::mt19937_64 random(2);
  std::vector<Weights> all = {{{"stable", 95}, {"canary", 5}}, {{"a", 1}, {"b", 1}, {"c", 1}}};
  for (int i = 0; i < 100; ++i) {
    Weights weights;
    for (std::size_t left = 1 + random() % 6; left > 0; --left) {
      weights.emplace_back("service" + std::to_string(left),
                           1 + static_cast<std::uint32_t>(random() % 20));
    }
    all.push_back(weights);
  }
  for (const Weights& weights : all) {
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0,
                                         [](double sum, const auto& s) { return sum + s.second; });
    const auto got = parts(split_of(weights), weights.size(), 100'000);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      REQUIRE(std::abs(got[i] - weights[i].second / total) < 0.02);
    }
  }
  const auto canary = parts(split_of(all[0]), 2, 4'000'000)[1];
  CHECK(canary == doctest::Approx(0.05).epsilon(0.02));
}

TEST_CASE("an identical key stays where it is, whatever the order and the scale of the weights") {
  std::mt19937_64 random(3);
  const Split one = split_of({{"stable", 95}, {"canary", 5}});
  const Split other = split_of({{"canary", 1}, {"stable", 19}});
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t key = random();
    REQUIRE(one.choose(key) == 1 - other.choose(key));
    REQUIRE(one.choose(key) == one.choose(key));
  }
}

TEST_CASE("95 to 5 becoming 90 to 10 moves 5 %, and nobody off the canary") {
  std::mt19937_64 random(4);
  const Split before = split_of({{"stable", 95}, {"canary", 5}});
  const Split after = split_of({{"stable", 90}, {"canary", 10}});
  constexpr int kKeys = 1'000'000;
  int moved = 0;
  for (int i = 0; i < kKeys; ++i) {
    const std::uint64_t key = random();
    if (before.choose(key) == 1) REQUIRE(after.choose(key) == 1);
    moved += before.choose(key) != after.choose(key);
  }
  CHECK(moved / double{kKeys} == doctest::Approx(0.05).epsilon(0.02));
}

TEST_CASE("over random changes no more than twice what must move does") {
  std::mt19937_64 random(5);
  for (int change = 0; change < 100; ++change) {
    Weights before;
    Weights after;
    const std::size_t count = 2 + random() % 4;
    for (std::size_t i = 0; i < count; ++i) {
      before.emplace_back("s" + std::to_string(i), 1 + static_cast<std::uint32_t>(random() % 20));
      after.emplace_back("s" + std::to_string(i), static_cast<std::uint32_t>(random() % 20));
    }
    after[0].second += 1;
    const Split old_split = split_of(before);
    const Split new_split = split_of(after);
    const auto sum = [](const Weights& weights) {
      return std::accumulate(weights.begin(), weights.end(), 0.0,
                             [](double s, const auto& share) { return s + share.second; });
    };
    double must = 0;
    for (std::size_t i = 0; i < count; ++i) {
      must += std::max(0.0, after[i].second / sum(after) - before[i].second / sum(before));
    }
    constexpr int kKeys = 20'000;
    int moved = 0;
    for (int i = 0; i < kKeys; ++i) {
      const std::uint64_t key = random();
      moved += old_split.choose(key) != new_split.choose(key);
    }
    REQUIRE(moved / double{kKeys} <= (count == 2 ? must : 2 * must) + 0.02);
    REQUIRE(moved / double{kKeys} >= must - 0.02);
  }
}

TEST_CASE("a share that is added takes from all others and moves nobody between them") {
  std::mt19937_64 random(6);
  const Split before = split_of({{"a", 2}, {"b", 1}});
  const Split after = split_of({{"a", 2}, {"b", 1}, {"c", 1}});
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t key = random();
    REQUIRE((after.choose(key) == before.choose(key) || after.choose(key) == 2));
  }
}

}  // namespace
}  // namespace gateway::policy
