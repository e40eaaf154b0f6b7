#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "shared/policy/balance.h"
#include "shared/policy/request_key.h"
#include "shared/policy/split.h"

namespace gateway::policy {
namespace {

using config::Balance;

constexpr SteadyTime kNow{1h};

// Requests in flight as chance puts them, in sets that take turns, so that branches learn none.
std::vector<std::vector<Candidate>> make_sets(std::size_t peers, bool weighted) {
  std::mt19937 random(7);
  std::vector<std::vector<Candidate>> sets(64, std::vector<Candidate>(peers));
  for (auto& set : sets) {
    for (std::size_t i = 0; i < peers; ++i) {
      set[i].in_flight = random() % 16;
      if (weighted) set[i].weight = static_cast<std::uint32_t>(1 + i % 5);
    }
  }
  return sets;
}

void choose(benchmark::State& state, Balance balance, bool weighted, milliseconds slow_start) {
  const auto peers = static_cast<std::size_t>(state.range(0));
  config::UpstreamPolicies policies;
  policies.balance = balance;
  policies.slow_start = slow_start;
  std::vector<std::uint64_t> ids;
  for (std::size_t i = 0; i < peers; ++i) ids.push_back(peer_id("10.0.0." + std::to_string(i)));
  Balancer balancer(policies, ids, 1);
  const auto sets = make_sets(peers, weighted);
  std::mt19937_64 random(11);
  std::vector<std::uint64_t> numbers(4096);
  for (std::uint64_t& number : numbers) number = random();
  std::size_t turn = 0;
  BalanceAsk ask;
  ask.now = kNow;
  for (auto _ : state) {
    ask.key = ask.random = numbers[++turn % numbers.size()];
    benchmark::DoNotOptimize(balancer.choose(sets[turn % sets.size()], ask));
  }
}

#define EACH_SIZE Arg(2)->Arg(10)->Arg(256)
BENCHMARK_CAPTURE(choose, round_robin, Balance::round_robin, false, 0ms)->EACH_SIZE;
BENCHMARK_CAPTURE(choose, weighted, Balance::round_robin, true, 0ms)->EACH_SIZE;
BENCHMARK_CAPTURE(choose, slow_start, Balance::round_robin, true, 30s)->EACH_SIZE;
BENCHMARK_CAPTURE(choose, least_connections, Balance::least_connections, true, 0ms)->EACH_SIZE;
BENCHMARK_CAPTURE(choose, power_of_two, Balance::power_of_two, true, 0ms)->EACH_SIZE;
BENCHMARK_CAPTURE(choose, hash, Balance::hash, false, 0ms)->EACH_SIZE;
BENCHMARK_CAPTURE(choose, hash_weighted, Balance::hash, true, 0ms)->EACH_SIZE;

// Who is to get which share, by a cookie among others.
void split_by_cookie(benchmark::State& state) {
  const std::vector<config::Share> shares = {{{"stable", {}}, 95}, {{"canary", {}}, 5}};
  const Split split(shares);
  const config::RequestKey key{config::RequestKey::Kind::cookie, "visitor"};
  const IpAddress client = *parse_ip("203.0.113.9");
  const Fields fields = {
      {"Host", "api.example.com", "", FieldId::host},
      {"Cookie", "theme=dark; visitor=8d7f6c1e4b1a4a34; lang=en", "", FieldId::cookie}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(split.choose(request_key_hash(key, {client, "", fields})));
  }
}
BENCHMARK(split_by_cookie);

void split_by_chance(benchmark::State& state) {
  const std::vector<config::Share> shares = {{{"stable", {}}, 95}, {{"canary", {}}, 5}};
  const Split split(shares);
  std::uint64_t number = 0;
  for (auto _ : state) benchmark::DoNotOptimize(split.choose(number += 0x9e3779b97f4a7c15u));
}
BENCHMARK(split_by_chance);

}  // namespace
}  // namespace gateway::policy
