#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "shared/routing/path.h"
#include "shared/routing/reachability.h"
#include "shared/routing/router.h"

namespace gateway::routing {
namespace {

enum class Form { literal, capture, rest };

// "/service12/api/v1/samples12", ".../{id}" or ".../*": what configs of many routes look like.
std::string prefix(std::size_t i) {
  return "/service" + std::to_string(i % 97) + "/api/v1/samples" + std::to_string(i);
}

std::vector<RouteRule> make_rules(std::size_t count, Form form) {
  std::vector<RouteRule> rules(count);
  for (std::size_t i = 0; i < count; ++i) {
    rules[i].path = prefix(i);
    if (form == Form::capture) rules[i].path += "/{id}";
    if (form == Form::rest) rules[i].path += "/*";
    rules[i].methods = {"GET", "POST"};
  }
  return rules;
}

// Paths in random order, so that neither caches nor branches learn the sequence.
std::vector<std::string> make_paths(std::size_t routes, std::string_view tail) {
  std::mt19937 random(7);
  std::vector<std::string> paths;
  for (int i = 0; i < 4096; ++i) paths.push_back(prefix(random() % routes) + std::string(tail));
  return paths;
}

void look_up(benchmark::State& state, Form form, std::string_view tail, std::string_view method) {
  const auto routes = static_cast<std::size_t>(state.range(0));
  const Router router(make_rules(routes, form));
  const std::vector<std::string> paths = make_paths(routes, tail);
  std::size_t next = 0;
  for (auto _ : state) {
    RouteMatch match = router.find("api.example.com", paths[next++ % paths.size()], method);
    benchmark::DoNotOptimize(match);
  }
}

void bench_literal(benchmark::State& state) {
  look_up(state, Form::literal, "", "GET");
}
void bench_capture(benchmark::State& state) {
  look_up(state, Form::capture, "/4711", "GET");
}
void bench_rest(benchmark::State& state) {
  look_up(state, Form::rest, "/4711/files", "GET");
}
void bench_no_route(benchmark::State& state) {
  look_up(state, Form::literal, "/none", "GET");
}
void bench_not_allowed(benchmark::State& state) {
  look_up(state, Form::literal, "", "PUT");
}
BENCHMARK(bench_literal)->Arg(10)->Arg(10'000);
BENCHMARK(bench_capture)->Arg(10)->Arg(10'000);
BENCHMARK(bench_rest)->Arg(10)->Arg(10'000);
BENCHMARK(bench_no_route)->Arg(10)->Arg(10'000);
BENCHMARK(bench_not_allowed)->Arg(10)->Arg(10'000);

void bench_hosts(benchmark::State& state) {
  const auto routes = static_cast<std::size_t>(state.range(0));
  std::vector<RouteRule> rules = make_rules(routes, Form::capture);
  for (std::size_t i = 0; i < routes; ++i) {
    rules[i].hosts = {"*.tenant" + std::to_string(i % 100) + ".example.com"};
  }
  const Router router(rules);
  std::mt19937 random(7);
  std::vector<std::pair<std::string, std::string>> requests;
  for (int i = 0; i < 4096; ++i) {
    const std::size_t route = random() % routes;
    requests.emplace_back("api.tenant" + std::to_string(route % 100) + ".example.com",
                          prefix(route) + "/4711");
  }
  std::size_t next = 0;
  for (auto _ : state) {
    const auto& [host, path] = requests[next++ % requests.size()];
    RouteMatch match = router.find(host, path, "GET");
    benchmark::DoNotOptimize(match);
  }
}
BENCHMARK(bench_hosts)->Arg(10)->Arg(10'000);

// Versions of one path, of which a request's header chooses the last: all are asked.
void bench_conditions(benchmark::State& state) {
  std::vector<RouteRule> rules = make_rules(100, Form::capture);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    rules.push_back(rules[7]);
    rules.back().conditions.headers = {{"x-version", std::to_string(i)}};
  }
  const Router router(rules);
  const std::string last = std::to_string(state.range(0) - 1);
  const Fields fields = {
      {"Host", "api.example.com", "", {}}, {"User-Agent", "bench/1", "", {}},
      {"Accept", "*/*", "", {}},           {"Accept-Encoding", "gzip", "", {}},
      {"X-Version", last, "", {}},         {"Authorization", "Bearer x", "", {}}};
  const std::string path = prefix(7) + "/4711";
  for (auto _ : state) {
    RouteMatch match = router.find("api.example.com", path, "GET", {&fields, "page=7&v=2"});
    benchmark::DoNotOptimize(match);
  }
}
BENCHMARK(bench_conditions)->Arg(1)->Arg(4)->Arg(100);

void bench_build(benchmark::State& state) {
  const auto rules = make_rules(static_cast<std::size_t>(state.range(0)), Form::capture);
  for (auto _ : state) {
    Router router(rules);
    benchmark::DoNotOptimize(router);
  }
}
BENCHMARK(bench_build)->Arg(10'000)->Unit(benchmark::kMillisecond);

void prove(benchmark::State& state, const std::vector<RouteRule>& rules) {
  for (auto _ : state) {
    auto shadowed = find_unreachable(rules);
    benchmark::DoNotOptimize(shadowed);
  }
}

void bench_reachability(benchmark::State& state) {
  prove(state, make_rules(10'000, Form::rest));
}
void bench_reachability_equal(benchmark::State& state) {
  prove(state, std::vector<RouteRule>(10'000, RouteRule{{}, "/*", {}, 0}));
}
void bench_reachability_priorities(benchmark::State& state) {
  std::vector<RouteRule> rules = make_rules(10'000, Form::rest);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules[i].priority = static_cast<std::int32_t>(i % 100);
    if (i % 2 == 0) rules[i].path = "/{service}/api/{version}/{kind}/" + std::to_string(i) + "/*";
  }
  prove(state, rules);
}
void bench_reachability_conditions(benchmark::State& state) {
  std::vector<RouteRule> rules(10'000, RouteRule{{}, "/*", {}, 0});
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules[i].conditions.headers = {{"x-tenant", std::to_string(i)}};
  }
  prove(state, rules);
}
BENCHMARK(bench_reachability_conditions)->Unit(benchmark::kMillisecond);
BENCHMARK(bench_reachability)->Unit(benchmark::kMillisecond);
BENCHMARK(bench_reachability_equal)->Unit(benchmark::kMillisecond);
BENCHMARK(bench_reachability_priorities)->Unit(benchmark::kMillisecond);

void bench_normalize(benchmark::State& state, std::string_view raw) {
  std::string scratch;
  for (auto _ : state) {
    const char* why = nullptr;
    benchmark::DoNotOptimize(normalize_path(raw, scratch, why));
  }
}
BENCHMARK_CAPTURE(bench_normalize, nothing_to_do, "/service12/api/v1/samples4711/files/report.pdf");
BENCHMARK_CAPTURE(bench_normalize, escapes,
                  "/service12/%61pi/../api//v1/samples%2c4711/report.pdf");

}  // namespace
}  // namespace gateway::routing
