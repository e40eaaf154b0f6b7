#include <benchmark/benchmark.h>

#include "shared/policy/breaker.h"
#include "shared/policy/retry_budget.h"

namespace gateway::policy {
namespace {

constexpr SteadyTime kBegin{1000s};
constexpr UpstreamOutcome kSuccess{UpstreamOutcome::Verdict::success, Decider::upstream, 200};
constexpr UpstreamOutcome kFailure{UpstreamOutcome::Verdict::failure, Decider::upstream, 503};

config::Breaker make_config(bool rate) {
  config::Breaker config;
  config.open_for = 60s;
  config.window = 30s;
  if (rate) config.rate = 50;
  return config;
}

// What every request of a healthy service pays. Time goes on by 10 µs a request.
void pass_closed(benchmark::State& state, bool rate) {
  static Breaker plain(make_config(false)), rated(make_config(true));
  Breaker& breaker = rate ? rated : plain;
  const Uuid id{};
  SteadyTime now = kBegin;
  for (auto _ : state) {
    now += 10us;
    const auto admission = breaker.admit(now);
    benchmark::DoNotOptimize(breaker.record(admission.ticket, kSuccess, id, now));
  }
}

// One failure in four, never as many as open it.
void fail_sometimes(benchmark::State& state) {
  Breaker breaker(make_config(true));
  const Uuid id{};
  SteadyTime now = kBegin;
  unsigned count = 0;
  for (auto _ : state) {
    now += 10us;
    const auto admission = breaker.admit(now);
    const UpstreamOutcome& outcome = ++count % 4 == 0 ? kFailure : kSuccess;
    benchmark::DoNotOptimize(breaker.record(admission.ticket, outcome, id, now));
  }
}

void refuse_open(benchmark::State& state) {
  static Breaker breaker(make_config(false));
  if (state.thread_index() == 0) breaker.open(kBegin + 1h, kBegin);
  SteadyTime now = kBegin;
  for (auto _ : state) {
    now += 1ns;
    benchmark::DoNotOptimize(breaker.admit(now));
  }
}

void count_request(benchmark::State& state) {
  static RetryBudget budget(20);
  SteadyTime now = kBegin;
  for (auto _ : state) {
    now += 10us;
    budget.count_request(now);
  }
}

void take_retry(benchmark::State& state) {
  RetryBudget budget(100);
  SteadyTime now = kBegin;
  for (auto _ : state) {
    now += 10us;
    budget.count_request(now);
    benchmark::DoNotOptimize(budget.take(now));
  }
}

BENCHMARK_CAPTURE(pass_closed, failures_in_a_row, false)->Threads(1)->Threads(2);
BENCHMARK_CAPTURE(pass_closed, failure_rate, true)->Threads(1)->Threads(2);
BENCHMARK(fail_sometimes);
BENCHMARK(refuse_open)->Threads(1)->Threads(2);
BENCHMARK(count_request)->Threads(1)->Threads(2);
BENCHMARK(take_retry);

}  // namespace
}  // namespace gateway::policy
