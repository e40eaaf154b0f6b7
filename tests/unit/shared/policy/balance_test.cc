#include "shared/policy/balance.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/shared/policy/balance_fixture.h"

namespace gateway::policy {
namespace {

using config::Balance;

constexpr Balance kAll[] = {Balance::round_robin, Balance::least_connections, Balance::power_of_two,
                            Balance::hash};

Balancer make(Balance balance, std::size_t size, std::uint64_t seed = 1) {
  return Balancer(balanced_by(balance), peer_ids(size), seed);
}

TEST_CASE("without a usable peer nothing is chosen") {
  for (const Balance balance : kAll) {
    CHECK(make(balance, 0).choose({}, ask_at(kNow)) == std::nullopt);
    auto all = peers({1, 1});
    all[0].usable = all[1].usable = false;
    Balancer balancer = make(balance, 2);
    CHECK(balancer.choose(all, ask_at(kNow)) == std::nullopt);
    CHECK(balancer.choose(all, ask_at(kNow, 0, {0})) == std::nullopt);
    all[1].usable = true;
    CHECK(balancer.choose(all, ask_at(kNow)) == 1);
  }
}

TEST_CASE("peers that were tried come last, and again when they are all there is") {
  const auto all = peers({1, 1, 1});
  for (const Balance balance : kAll) {
    Balancer balancer = make(balance, 3);
    for (std::uint64_t number = 0; number < 50; ++number) {
      CHECK(balancer.choose(all, ask_at(kNow, number * 0x9e3779b97f4a7c15u, {2, 0})) == 1);
      CHECK(balancer.choose(all, ask_at(kNow, number, {2, 2, 7})) != 2);
      CHECK(balancer.choose(all, ask_at(kNow, number, {0, 1, 2})).has_value());
    }
  }
}

TEST_CASE("round robin gives 5, 1 and 1 smoothly") {
  const auto all = peers({5, 1, 1});
  Balancer balancer = make(Balance::round_robin, 3);
  std::string turns;
  for (int i = 0; i < 14; ++i) {
    turns += static_cast<char>('a' + *balancer.choose(all, ask_at(kNow)));
  }
  CHECK(std::count(turns.begin(), turns.end(), 'a') == 10);
  CHECK(turns.find("aaaaa") == std::string::npos);
  CHECK(turns.substr(0, 7) == turns.substr(7));
}

TEST_CASE("workers do not all begin with the same peer") {
  const auto all = peers({1, 1, 1, 1});
  std::vector<int> first(4);
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    ++first[*make(Balance::round_robin, 4, seed).choose(all, ask_at(kNow))];
  }
  for (const int count : first) CHECK(count > 60);
}

TEST_CASE("least connections goes where room is, by weight") {
  auto all = peers({1, 1, 2});
  Balancer balancer = make(Balance::least_connections, 3);
  all[0].in_flight = 3;
  all[1].in_flight = 2;
  all[2].in_flight = 6;
  CHECK(balancer.choose(all, ask_at(kNow)) == 1);
  all[1].in_flight = 3;
  all[2].in_flight = 4;
  CHECK(balancer.choose(all, ask_at(kNow)) == 2);
  all[2].usable = false;
  all[0].in_flight = 0;
  CHECK(balancer.choose(all, ask_at(kNow)) == 0);
}

TEST_CASE("of two, the second is taken only when it is a whole request less busy") {
  auto all = peers({1, 1});
  Balancer balancer = make(Balance::power_of_two, 2);
  constexpr std::uint64_t kFirstLow = 0;            // draws peer 0 first
  constexpr std::uint64_t kFirstHigh = UINT32_MAX;  // draws peer 1 first
  CHECK(balancer.choose(all, ask_at(kNow, kFirstLow)) == 0);
  CHECK(balancer.choose(all, ask_at(kNow, kFirstHigh)) == 1);
  all[0].in_flight = 1;
  CHECK(balancer.choose(all, ask_at(kNow, kFirstLow)) == 1);
  CHECK(balancer.choose(all, ask_at(kNow, kFirstHigh)) == 1);
}

TEST_CASE("a number at its ends is drawn like any other") {
  const auto all = peers({1, 2, 3});
  Balancer balancer = make(Balance::power_of_two, 3);
  for (const std::uint64_t number :
       {std::uint64_t{0}, UINT64_MAX, std::uint64_t{UINT32_MAX}, ~std::uint64_t{UINT32_MAX}}) {
    CHECK(balancer.choose(all, ask_at(kNow, number)).has_value());
  }
}

TEST_CASE("loads and weights at their ends overflow nothing") {
  std::vector<Candidate> all(kMaxPeers);
  for (Candidate& one : all) {
    one.weight = kMaxPeerWeight;
    one.in_flight = UINT32_MAX;
  }
  all[7].in_flight = 0;
  all[9].weight = UINT32_MAX;  // as if it were kMaxPeerWeight
  auto policies = balanced_by(Balance::hash);
  policies.hash_bound = 1000;
  for (const Balance balance : kAll) {
    policies.balance = balance;
    Balancer balancer(policies, peer_ids(kMaxPeers), 1);
    for (std::uint64_t number = 0; number < 20; ++number) {
      const auto chosen = balancer.choose(all, ask_at(kNow, number * 0x9e3779b97f4a7c15u));
      REQUIRE(chosen.has_value());
      if (balance == Balance::least_connections) CHECK(*chosen == 7);
    }
  }
}

TEST_CASE("one peer more than there may be is left alone") {
  std::vector<Candidate> all(kMaxPeers + 1);
  for (std::size_t i = 0; i < kMaxPeers; ++i) all[i].usable = false;
  Balancer balancer = make(Balance::round_robin, kMaxPeers + 1);
  CHECK(balancer.size() == kMaxPeers);
  CHECK(balancer.choose(all, ask_at(kNow)) == std::nullopt);
  all[kMaxPeers - 1].usable = true;
  CHECK(balancer.choose(all, ask_at(kNow)) == kMaxPeers - 1);
}

TEST_CASE("the same key goes to the same peer, in every worker and after every start") {
  const auto all = peers({1, 2, 1});
  Balancer one = make(Balance::hash, 3, 1);
  Balancer other = make(Balance::hash, 3, 2);
  for (std::uint64_t key = 0; key < 100; ++key) {
    const auto chosen = one.choose(all, ask_at(kNow, key));
    CHECK(one.choose(all, ask_at(kNow, key)) == chosen);
    CHECK(other.choose(all, ask_at(kNow, key)) == chosen);
  }
  CHECK(peer_id("http://10.0.0.1:8080") == 8260945817121434404u);
}

}  // namespace
}  // namespace gateway::policy
