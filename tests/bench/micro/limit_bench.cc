#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "shared/policy/limit_headers.h"
#include "shared/policy/rate_limit.h"

namespace gateway::policy {
namespace {

constexpr UnixMicros kNow = 1'788'480'000'000'000;

config::Limit make_limit(std::string name, std::string key, bool bucket) {
  config::Limit limit;
  limit.name = std::move(name);
  limit.key = {{std::move(key), {}}};
  limit.limit = 1'000'000'000;
  limit.window = 1h;
  limit.paths = {{"/*", {}}};
  if (bucket) limit.algorithm = config::Limit::Algorithm::token_bucket;
  return limit;
}

LimitRequest make_request() {
  LimitRequest request;
  request.now = kNow;
  request.client = *parse_ip("203.0.113.9");
  request.user = "8d7f6c1e-4b1a-4a34-9d33-0f6d4c2a9b10";
  request.method = "GET";
  request.path = "/samples/7";
  return request;
}

// One entry that is asked for again and again, hashing of its key included. Time goes on by 10 µs a
// request.
void take_hot(benchmark::State& state, std::string key, bool bucket) {
  const LimitRule rule(make_limit("everyone", std::move(key), bucket));
  LimitTable table(16 << 20, {1, 2});
  LimitRequest request = make_request();
  const std::uint64_t route = route_identity("samples");
  for (auto _ : state) {
    request.now += 10;
    const std::uint64_t id = rule.entry_id(table.key(), route, request);
    benchmark::DoNotOptimize(table.take(id, rule.rate(), request.now));
  }
}

// Clients in turn, more than the caches hold: most of it is memory.
void take_many_clients(benchmark::State& state) {
  const LimitRule rule(make_limit("everyone", "ip", false));
  LimitTable table(64 << 20, {1, 2});
  LimitRequest request = make_request();
  std::uint32_t client = 0;
  for (auto _ : state) {
    client = (client + 7919) % 1'000'000;
    request.now += 10;
    for (int i = 0; i < 3; ++i) {
      request.client.bytes[13u + static_cast<unsigned>(i)] =
          static_cast<std::uint8_t>(client >> 8 * i);
    }
    benchmark::DoNotOptimize(
        table.take(rule.entry_id(table.key(), 0, request), rule.rate(), request.now));
  }
}

// What a request with an ip and a user limit pays, its answer's fields included.
void decide(benchmark::State& state) {
  const LimitRules rules(std::vector<config::Limit>{make_limit("everyone", "ip", false),
                                                    make_limit("per_user", "user", false)});
  const LimitFactors factors(2);
  LimitTable table(16 << 20, {1, 2});
  const RouteLimits route =
      rules.for_route("samples", *routing::parse_path_pattern("/samples/*"), {});
  LimitRequest request = make_request();
  LimitVerdicts verdicts;
  std::string fields;
  for (auto _ : state) {
    request.now += 10;
    verdicts.clear();
    fields.clear();
    const LimitCounter counter(rules, factors, table);
    counter.count(route, LimitStage::before_user, request, Counting::charge, verdicts);
    counter.count(route, LimitStage::with_user, request, Counting::charge, verdicts);
    append_x_ratelimit(*verdicts.tightest(), fields);
    benchmark::DoNotOptimize(fields.data());
  }
}

BENCHMARK_CAPTURE(take_hot, window_ip, "ip", false);
BENCHMARK_CAPTURE(take_hot, bucket_ip, "ip", true);
BENCHMARK_CAPTURE(take_hot, window_user, "user", false);
BENCHMARK_CAPTURE(take_hot, window_endpoint, "endpoint", false);
BENCHMARK(take_many_clients);
BENCHMARK(decide);

}  // namespace
}  // namespace gateway::policy
