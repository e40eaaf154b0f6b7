// store_bench row_cost FILE            CPU time of a logged row: ring, writer thread, rollups
// store_bench event_cost FILE          CPU time of a security event in a flood of refusals
// store_bench limits FILE [COUNTERS]   time to save counters of rate limits, and to load them
// store_bench block_cost FILE          what the blocks add to a row of varied traffic
// store_bench fill FILE ROWS DAYS      makes a database of so many rows
// store_bench query FILE DAYS          times what gatewayctl stats and logs ask of it
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "gatewayd/journal/journal.h"
#include "shared/control/incident.h"
#include "shared/store/reader.h"
#include "shared/store/writer.h"
#include "tests/bench/store/fill.h"

namespace {

using namespace gateway;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto to_seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime);
}

journal::RequestRecord sample_record() {
  journal::RequestRecord record;
  record.method = "GET";
  record.host = "127.0.0.1:8000";
  record.path = "/samples/12345";
  record.client = "127.0.0.1";
  record.status = 200;
  record.bytes_out = 60;
  record.total_us = 230;
  record.upstream_us = 180;
  return record;
}

// Bursts of 300 rows each 10 ms, 30,000 a second, as a busy worker makes them. With `routes` > 1
// the rows go round that many routes.
int row_cost(const std::string& path, std::uint32_t rows, std::uint32_t routes) {
  journal::Options options;
  options.path = path;
  options.redact = {"token"};
  auto opened = journal::Journal::open(options);
  if (!opened) return fmt::print(stderr, "{}\n", opened.error().message), 1;
  journal::RequestRecord record = sample_record();
  std::vector<journal::NameId> names;
  for (std::uint32_t i = 0; i < routes; ++i) {
    names.push_back((*opened)->intern(fmt::format("route{}", i)));
  }
  record.service = (*opened)->intern("samples");
  record.instance = (*opened)->intern("http://127.0.0.1:9000");
  UuidSource ids;
  const double before = cpu_seconds();
  std::uint64_t dropped = 0;
  for (std::uint32_t i = 0; i < rows; ++i) {
    if (i % 300 == 0) {
      std::this_thread::sleep_for(milliseconds(10));
      record.time = SystemClock().unix_now();
    }
    record.id.bytes[8] = static_cast<std::uint8_t>(i);
    record.route = names[i % routes];
    record.total_us = 180 + i % 97;
    if (!(*opened)->push(0, record)) ++dropped;
  }
  opened->reset();  // writes what is left
  const double spent = cpu_seconds() - before;
  fmt::print("row_cost routes={} rows={} dropped={} cpu_us_per_row={:.3f}\n", routes, rows, dropped,
             spent * 1e6 / rows);
  return 0;
}

// One client refused as fast as a worker can; then what the journal's thread spent on it.
int event_cost(const std::string& path, std::uint32_t events) {
  journal::Options options;
  options.path = path;
  auto opened = journal::Journal::open(options);
  if (!opened) return fmt::print(stderr, "{}\n", opened.error().message), 1;
  journal::SecurityEvent event;
  event.kind = Decider::rate_limited;
  event.rule = "per-ip";
  event.client = "203.0.113.9";
  event.method = "GET";
  event.host = "127.0.0.1:8000";
  event.path = "/samples/12345";
  event.time = SystemClock().unix_now();
  const double before = cpu_seconds();
  for (std::uint32_t i = 0; i < events; ++i) (*opened)->push_event(0, event);
  const double pushed = cpu_seconds() - before;
  opened->reset();
  fmt::print("event_cost events={} cpu_ns_per_event={:.1f} with_writing={:.1f}\n", events,
             pushed * 1e9 / events, (cpu_seconds() - before) * 1e9 / events);
  return 0;
}

template <class Work>
double milliseconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

int limits(const std::string& path, std::uint32_t count) {
  auto writer = store::Writer::open(path);
  if (!writer) return fmt::print(stderr, "{}\n", writer.error().message), 1;
  store::LimitCounters counters;
  std::uint64_t id = 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    id = id * 6364136223846793005u + 1442695040888963407u;
    counters.rows.push_back({id, i, i, i, i});
  }
  bool ok = true;
  const auto save = [&](const char* what) {
    const double took = milliseconds_of([&] { ok &= (*writer)->save_limit_counters(counters); });
    fmt::print("limits {:<24} counters={} ms={:.1f}\n", what, count, took);
  };
  save("save, all new");
  save("save, none changed");
  for (std::size_t i = 0; i < counters.rows.size(); i += 10) ++counters.rows[i].a;
  save("save, a tenth changed");
  for (store::LimitCounter& row : counters.rows) ++row.a;
  save("save, all changed");
  auto reader = store::Reader::open(path);
  const double took = milliseconds_of([&] { ok &= reader && reader->limit_counters().ok(); });
  fmt::print("limits {:<24} counters={} ms={:.1f}\n", "load", count, took);
  return ok ? 0 : 1;
}

// Median and slowest of five, each with a connection of its own.
void time_query(const char* name, const std::string& path,
                const std::function<std::size_t(store::Reader&)>& query) {
  std::vector<double> times;
  std::size_t rows = 0;
  for (int round = 0; round < 5; ++round) {
    const auto start = std::chrono::steady_clock::now();
    auto reader = store::Reader::open(path);
    if (!reader) {
      fmt::print(stderr, "{}\n", reader.error().message);
      std::exit(1);
    }
    rows = query(*reader);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count());
  }
  std::sort(times.begin(), times.end());
  fmt::print("query {:<40} rows={:<5} median_ms={:.1f} slowest_ms={:.1f}\n", name, rows, times[2],
             times[4]);
}

// How long the same takes without a time limit.
void time_once(const std::string& path, const std::function<void(store::Reader&)>& query) {
  auto reader = store::Reader::open(path);
  if (!reader) std::exit(1);
  const double took = milliseconds_of([&] { query(*reader); });
  fmt::print("      to the end or a full page ms={:.1f}\n", took);
}

std::size_t rows_of(const Result<store::LogPage, store::QueryError>& page) {
  return page.ok() ? page->rows.size() : 0;
}

void time_stats(const std::string& path, UnixMicros now, int days) {
  for (const auto& [name, by] :
       {std::pair{"stats, whole window, by route", store::StatsBy::route},
        std::pair{"stats, whole window, by service", store::StatsBy::service},
        std::pair{"stats, whole window, by status", store::StatsBy::status}}) {
    time_query(name, path, [&, by = by](store::Reader& reader) {
      store::StatsQuery query;
      query.since = now - static_cast<UnixMicros>(days) * 86'400'000'000;
      query.until = now;
      query.by = by;
      const auto stats = reader.stats(query);
      return stats.ok() ? stats->rows.size() : 0;
    });
  }
}

using Change = std::function<void(store::LogFilter&)>;

void time_logs(const std::string& path, UnixMicros now) {
  constexpr UnixMicros kDay = 86'400'000'000;
  const std::vector<std::pair<const char*, Change>> questions = {
      {"logs", [](store::LogFilter&) {}},
      {"logs --status 5xx",
       [](auto& f) {
         f.status = {500, 599};
       }},
      {"logs --status 507 (rare)",
       [](auto& f) {
         f.status = {507, 507};
       }},
      {"logs --status 3xx (none)",
       [](auto& f) {
         f.status = {300, 399};
       }},
      {"logs --route name7", [](auto& f) { f.route = "name7"; }},
      {"logs --route name70 (rare)", [](auto& f) { f.route = "name70"; }},
      {"logs --service name55", [](auto& f) { f.service = "name55"; }},
      {"logs --service none", [](auto& f) { f.service = "none"; }},
      {"logs --user u-4711", [](auto& f) { f.user = "u-4711"; }},
      {"logs --user u-rare", [](auto& f) { f.user = "u-rare"; }},
      {"logs --user u-none", [](auto& f) { f.user = "u-none"; }},
      {"logs --client 10.180.7.9", [](auto& f) { f.client = "10.180.7.9"; }},
      {"logs --client 192.0.2.77 (rare)", [](auto& f) { f.client = "192.0.2.77"; }},
      {"logs --client 192.0.2.99 (none)", [](auto& f) { f.client = "192.0.2.99"; }},
      {"logs --method PURGE (rare)", [](auto& f) { f.method = "PURGE"; }},
      {"logs --method DELETE (none)", [](auto& f) { f.method = "DELETE"; }},
      {"logs --path /samples", [](auto& f) { f.path_prefix = "/samples"; }},
      {"logs --path /samples/2026/000417", [](auto& f) { f.path_prefix = "/samples/2026/000417"; }},
      {"logs --path /rarely", [](auto& f) { f.path_prefix = "/rarely"; }},
      {"logs --path /nowhere (none)", [](auto& f) { f.path_prefix = "/nowhere"; }},
      {"logs --since 30d --until 29d", [&](auto& f) { f.until = now - 29 * kDay; }},
      {"logs --slower-than 100ms", [](auto& f) { f.slower_than_us = 100'000; }},
      {"logs --slower-than 1m (rare)", [](auto& f) { f.slower_than_us = 60'000'000; }},
      {"logs --slower-than 10m (none)", [](auto& f) { f.slower_than_us = 600'000'000; }},
      {"logs --route name7 --slower-than 100ms",
       [](auto& f) { f.route = "name7", f.slower_than_us = 100'000; }},
      {"logs --user u-4711 --status 5xx",
       [](auto& f) {
         f.user = "u-4711", f.status = {500, 599};
       }},
      {"logs --grep samples", [](auto& f) { f.text = "samples"; }},
      {"logs --grep needle (rare)", [](auto& f) { f.text = "needle"; }},
      {"logs --grep \"to be found\" (none)", [](auto& f) { f.text = "to be found"; }},
      {"logs --grep 000417", [](auto& f) { f.text = "000417"; }},
      {"logs --grep 417000-4 (none)", [](auto& f) { f.text = "417000-4"; }},
  };
  for (const auto& [name, change] : questions) {
    store::LogFilter filter;
    change(filter);
    time_query(name, path, [&, &filter = filter](store::Reader& reader) {
      return rows_of(reader.logs(filter));
    });
    filter.time_limit = std::chrono::minutes(10);
    time_once(path, [&filter = filter](store::Reader& reader) { (void)reader.logs(filter); });
  }
}

void time_incidents(const std::string& path, UnixMicros now) {
  constexpr UnixMicros kHour = 3'600'000'000;
  for (const auto& [name, ago, window] :
       {std::tuple{"incident, now, 10m", UnixMicros{0}, control::kIncidentWindow},
        std::tuple{"incident, a day ago, 10m", 24 * kHour, control::kIncidentWindow},
        std::tuple{"incident, a day ago, 24h", 24 * kHour, control::kMaxIncidentWindow},
        std::tuple{"incident, 25 days ago, 10m", 600 * kHour, control::kIncidentWindow}}) {
    const control::IncidentQuery query{now - ago, window};
    time_query(name, path, [&](store::Reader&) {
      const auto incident = control::tell_incident(path, query);
      return incident.ok() ? incident->events.size() : 0;
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() >= 2 && arguments[0] == "row_cost") {
    const auto number = [&](std::size_t at, int otherwise) {
      return static_cast<std::uint32_t>(arguments.size() > at ? std::atoi(arguments[at].c_str())
                                                              : otherwise);
    };
    return row_cost(arguments[1], number(2, 300'000), number(3, 1));
  }
  if (arguments.size() == 2 && arguments[0] == "event_cost") {
    return event_cost(arguments[1], 5'000'000);
  }
  if (arguments.size() >= 2 && arguments[0] == "limits") {
    const int count = arguments.size() > 2 ? std::atoi(arguments[2].c_str()) : 1'000'000;
    return limits(arguments[1], static_cast<std::uint32_t>(count));
  }
  if (arguments.size() == 2 && arguments[0] == "block_cost") {
    const store_bench::BlockCost cost = store_bench::block_cost(arguments[1], 1'000'000);
    fmt::print("block_cost cpu_ns_per_row={:.1f} bytes_per_row={:.2f}\n", cost.ns, cost.bytes);
    return 0;
  }
  if (arguments.size() == 4 && arguments[0] == "fill") {
    const bool done =
        store_bench::fill(arguments[1], std::strtoull(arguments[2].c_str(), nullptr, 10),
                          std::atoi(arguments[3].c_str()));
    return done ? 0 : 1;
  }
  if (arguments.size() == 3 && arguments[0] == "query") {
    const UnixMicros now = SystemClock().unix_now();
    time_stats(arguments[1], now, std::atoi(arguments[2].c_str()));
    time_incidents(arguments[1], now);
    time_logs(arguments[1], now);
    return 0;
  }
  fmt::print(
      stderr,
      "usage: store_bench row_cost FILE [ROWS [ROUTES]] | event_cost FILE | block_cost FILE | "
      "limits FILE [COUNTERS] | fill FILE ROWS DAYS | query FILE DAYS\n");
  return 64;
}
