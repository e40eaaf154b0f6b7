#include <benchmark/benchmark.h>

#include <string_view>

#include "gatewayd/http/head.h"
#include "tests/bench/micro/heads.h"

namespace gateway::http {
namespace {

void parse_request(benchmark::State& state, std::string_view text) {
  const HeadLimits limits;
  RequestHead head;
  for (auto _ : state) {
    auto error = parse_request_head(text, limits, head);
    if (error) state.SkipWithError(error->detail);
    benchmark::DoNotOptimize(head);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void bench_request_short(benchmark::State& state) {
  parse_request(state, kShort);
}
void bench_request_browser(benchmark::State& state) {
  parse_request(state, kBrowser);
}

void bench_response(benchmark::State& state) {
  const HeadLimits limits;
  ResponseHead head;
  for (auto _ : state) {
    auto error = parse_response_head(kAnswer, limits, /*to_head=*/false, head);
    if (error) state.SkipWithError(error->detail);
    benchmark::DoNotOptimize(head);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kAnswer.size()));
}

void bench_scan_browser(benchmark::State& state) {
  for (auto _ : state) {
    HeadScanner scanner;
    benchmark::DoNotOptimize(scanner.scan(kBrowser));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBrowser.size()));
}

BENCHMARK(bench_request_short);
BENCHMARK(bench_request_browser);
BENCHMARK(bench_response);
BENCHMARK(bench_scan_browser);

}  // namespace
}  // namespace gateway::http
