#include <benchmark/benchmark.h>

#include <cstdlib>
#include <random>
#include <string>

#include "shared/policy/threat_scan.h"

namespace gateway::policy {
namespace {

constexpr std::string_view kAgent =
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

const ThreatRules& rules() {
  static const ThreatRules kRules = [] {
    config::Security security;
    security.threat_headers = {"User-Agent", "Referer"};
    auto compiled = ThreatRules::compile(security);
    if (!compiled) std::abort();
    return std::move(*compiled);
  }();
  return kRules;
}

void scan_head(benchmark::State& state, std::string_view path, std::string_view query,
               const Fields& fields) {
  ThreatScratch scratch;
  bool hostile = false;
  for (auto _ : state) {
    ThreatVerdict verdict;
    scan_threats(rules(), {"GET", path, query, fields}, scratch, verdict);
    hostile = verdict.hostile();
    benchmark::DoNotOptimize(hostile);
  }
  state.SetLabel(hostile ? "hostile" : "ordinary");
}

void scan_body(benchmark::State& state, const std::string& body) {
  ThreatScratch scratch;
  bool hostile = false;
  for (auto _ : state) {
    ThreatVerdict verdict;
    scan_threats(rules(), "application/json", body, scratch, verdict);
    hostile = verdict.hostile();
    benchmark::DoNotOptimize(hostile);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
  state.SetLabel(hostile ? "hostile" : "ordinary");
}

void bench_get(benchmark::State& state) {
  scan_head(state, "/api/v1/samples/7", "fields=name,place&expand=owner",
            {{"Host", "api.example.com", "", FieldId::host},
             {"User-Agent", kAgent, "", FieldId::other},
             {"Accept", "application/json", "", FieldId::other}});
}
void bench_get_referer(benchmark::State& state) {
  scan_head(state, "/api/v1/samples/7", "q=it%27s+here+%26+there&page=2",
            {{"Host", "api.example.com", "", FieldId::host},
             {"User-Agent", kAgent, "", FieldId::other},
             {"Referer", "https://lab.example.com/samples?tab=files", "", FieldId::other}});
}
void bench_attack(benchmark::State& state) {
  scan_head(state, "/api/v1/samples/7", "id=1'+or+1=1--&x=%3Cscript%3E",
            {{"User-Agent", kAgent, "", FieldId::other}});
}

void bench_json_8k(benchmark::State& state) {
  std::string body = "[";
  while (body.size() < 8192 - 160) {
    body += R"({"id": 4711, "name": "Sample O'Brien", "place": "shelf-7", "note": "kept at 4 C; )"
            R"(select a date & drop by", "ok": true},)";
  }
  body.back() = ']';
  scan_body(state, body);
}

// Text that keeps many rules busy: what an attacker can make of 8 KiB.
std::string busy_text(std::mt19937& random) {
  constexpr std::string_view kPieces[] = {"<a ",  "union ", "' or ",  "; ",  "|",  "$(",  "../",
                                          "if(",  "case ",  "(sel",   "\\n", "{{", "&#x", "java",
                                          "j a ", "${",     "style=", "%25", "@",  "x",   "7"};
  std::string body = "[\"";
  while (body.size() < 8192 - 8) body += kPieces[random() % std::size(kPieces)];
  return body += "\"]";
}

void bench_busy_8k(benchmark::State& state) {
  std::mt19937 random(7);
  scan_body(state, busy_text(random));
}
// The same, but no text comes twice, so that the set builds states all the time.
void bench_busy_fresh_8k(benchmark::State& state) {
  std::mt19937 random(7);
  ThreatScratch scratch;
  for (auto _ : state) {
    state.PauseTiming();
    const std::string body = busy_text(random);
    state.ResumeTiming();
    ThreatVerdict verdict;
    scan_threats(rules(), "application/json", body, scratch, verdict);
    benchmark::DoNotOptimize(verdict);
  }
}
void bench_random_8k(benchmark::State& state) {
  std::mt19937 random(7);
  std::string body = "[\"";
  while (body.size() < 8190) {
    const char c = static_cast<char>(random() % 256);
    if (c != '"' && c != '\\') body += c;
  }
  body += "\"]";
  scan_body(state, body);
}

void bench_compile(benchmark::State& state) {
  for (auto _ : state) {
    auto compiled = ThreatRules::compile({});
    benchmark::DoNotOptimize(compiled);
  }
}

BENCHMARK(bench_get);
BENCHMARK(bench_get_referer);
BENCHMARK(bench_attack);
BENCHMARK(bench_json_8k);
BENCHMARK(bench_busy_8k);
BENCHMARK(bench_busy_fresh_8k);
BENCHMARK(bench_random_8k);
BENCHMARK(bench_compile)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gateway::policy
