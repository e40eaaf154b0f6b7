#include "shared/store/stats.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using namespace gateway::store;

namespace {

Stats stats_of(const Scratch& scratch, const StatsQuery& query) {
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  auto stats = reader->stats(query);
  REQUIRE(stats.ok());
  return *stats;
}

// The same figures by counting and sorting the rows themselves.
StatsRow by_sorting(const std::vector<RequestRow>& rows, UnixMicros since, UnixMicros until) {
  std::vector<std::uint32_t> times;
  StatsRow out;
  for (const RequestRow& one : rows) {
    if (one.time < since || one.time >= until) continue;
    times.push_back(one.total_us);
    out.errors += one.status >= 500 ? 1 : 0;
    out.bytes_out += one.bytes_out;
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double fraction) {
    const auto rank = static_cast<std::size_t>(std::ceil(fraction * double(times.size())));
    return times.empty() ? 0 : times[std::max<std::size_t>(rank, 1) - 1];
  };
  out.requests = times.size();
  out.p50_us = at(0.5);
  out.p90_us = at(0.9);
  out.p95_us = at(0.95);
  out.p99_us = at(0.99);
  out.max_us = at(1);
  return out;
}

bool near(std::uint32_t found, std::uint32_t wanted) {
  return std::abs(double(found) - double(wanted)) <= 0.03 * double(wanted) + 0.5;
}

void check_same(const StatsRow& found, const StatsRow& wanted) {
  CHECK(found.requests == wanted.requests);
  CHECK(found.errors == wanted.errors);
  CHECK(found.bytes_out == wanted.bytes_out);
  CHECK(near(found.p50_us, wanted.p50_us));
  CHECK(near(found.p90_us, wanted.p90_us));
  CHECK(near(found.p95_us, wanted.p95_us));
  CHECK(near(found.p99_us, wanted.p99_us));
  CHECK(found.max_us == wanted.max_us);
}

// Three days of traffic, a batch every two minutes, some requests reported long after they began.
std::vector<RequestRow> three_days(Writer& writer) {
  std::mt19937 random(11);
  std::lognormal_distribution<double> latency(7.5, 1.2);
  std::vector<RequestRow> all;
  for (UnixMicros now = kStart; now < kStart + 3 * kDay; now += 2 * kMinute) {
    std::vector<RequestRow> batch;
    for (int i = 0; i < 5; ++i) {
      const UnixMicros late = random() % 50 == 0 ? 90 * kMinute : 0;
      RequestRow one = row(now - late - i * kSecond, random() % 20 == 0 ? 502 : 200,
                           static_cast<std::uint32_t>(latency(random)));
      one.route = 1 + static_cast<std::uint32_t>(random() % 3);
      one.bytes_out = random() % 1000;
      batch.push_back(one);
    }
    REQUIRE(write(writer, now, batch));
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

}  // namespace

TEST_CASE("any window counts what its rows count: minutes, hours, days, new rows, late rows") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  const std::vector<RequestRow> rows = three_days(**writer);
  const UnixMicros end = kStart + 3 * kDay;
  const std::pair<UnixMicros, UnixMicros> windows[] = {
      {kStart - kDay, end + kDay},
      {kStart, kStart + kDay},
      {kStart + 7 * kMinute, kStart + 9 * kMinute},
      {kStart + 59 * kMinute, kStart + 61 * kMinute},
      {kStart + 23 * kHour + 3 * kMinute, kStart + 50 * kHour + 17 * kMinute},
      {kStart + 5 * kHour, kStart + 7 * kHour},
      {end - 3 * kMinute, end + kMinute},
      {end - 25 * kHour, end + kMinute},
      {end + kHour, end + 2 * kHour},
  };
  for (const auto& [since, until] : windows) {
    CAPTURE(since - kStart);
    CAPTURE(until - kStart);
    const Stats stats = stats_of(scratch, window(since, until));
    CHECK(stats.since == since);
    CHECK(stats.until == until);
    check_same(stats.total, by_sorting(rows, since, until));
  }
  // Widened to whole minutes.
  const Stats stats = stats_of(scratch, window(kStart + kHour + 1, kStart + 2 * kHour + 1));
  CHECK(stats.since == kStart + kHour);
  CHECK(stats.until == kStart + 2 * kHour + kMinute);
  check_same(stats.total, by_sorting(rows, stats.since, stats.until));
}

TEST_CASE("by route, service and status the groups add up, and a filter leaves one") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  REQUIRE((*writer)->begin(kStart));
  for (const auto& [id, name] : {std::pair{1, "one"}, {2, "lab"}, {3, "three"}}) {
    REQUIRE((*writer)->add_name(static_cast<std::uint32_t>(id), name));
  }
  REQUIRE((*writer)->commit());
  std::vector<RequestRow> rows(10, row(kStart));
  for (std::size_t i = 0; i < 3; ++i) rows[i].route = 3;
  rows[0].status = 502;
  rows[1].status = 404;
  rows[9].status = 0;
  REQUIRE(write(**writer, kStart, rows));
  StatsQuery query = window(kStart, kStart + kMinute);
  Stats stats = stats_of(scratch, query);
  REQUIRE(stats.rows.size() == 2);
  CHECK(stats.rows[0].key == "one");
  CHECK(stats.rows[0].requests == 7);
  CHECK(stats.rows[1].key == "three");
  CHECK(stats.rows[1].requests == 3);
  CHECK(stats.rows[1].errors == 1);
  CHECK(stats.rows[1].mean_us == 1000);
  CHECK(stats.total.requests == 10);

  query.limit = 0;  // clamped to 1; the total still counts all
  stats = stats_of(scratch, query);
  CHECK(stats.rows.size() == 1);
  CHECK(stats.total.requests == 10);

  query = window(kStart, kStart + kMinute);
  query.by = StatsBy::service;
  stats = stats_of(scratch, query);
  REQUIRE(stats.rows.size() == 1);
  CHECK(stats.rows[0].key == "lab");

  query.by = StatsBy::status;
  stats = stats_of(scratch, query);
  REQUIRE(stats.rows.size() == 4);
  CHECK(stats.rows[0].key == "other");
  CHECK(stats.rows[1].key == "2xx");
  CHECK(stats.rows[1].requests == 7);
  CHECK(stats.rows[3].key == "5xx");

  query.route = "three";
  CHECK(stats_of(scratch, query).total.requests == 3);
  query.route = "unknown";
  CHECK(stats_of(scratch, query).rows.empty());
}

TEST_CASE("a restart in the middle of a minute adds to it") {
  const Scratch scratch;
  for (int run = 0; run < 4; ++run) {
    auto writer = Writer::open(scratch.path());
    REQUIRE(writer.ok());
    const UnixMicros now = kStart + run * 10 * kSecond;
    REQUIRE(write(**writer, now, std::vector(5, row(now, 200, 100u << run))));
    if (run % 2 == 0) REQUIRE((*writer)->roll_up(now));  // else: as after a kill
    CHECK(stats_of(scratch, window(kStart, kStart + kMinute)).total.requests ==
          static_cast<std::uint64_t>(run + 1) * 5);
  }
  const Stats stats = stats_of(scratch, window(kStart, kStart + kMinute));
  CHECK(stats.total.max_us == 800);
  CHECK(near(stats.total.p50_us, 200));
}

TEST_CASE("an empty database answers with nothing") {
  const Scratch scratch;
  REQUIRE(Writer::open(scratch.path()).ok());
  const Stats stats = stats_of(scratch, window(kStart, kStart + kDay));
  CHECK(stats.rows.empty());
  CHECK(stats.total.requests == 0);
  CHECK(stats.total.p99_us == 0);
  const Stats backwards = stats_of(scratch, window(kStart + kDay, kStart));
  CHECK(backwards.total.requests == 0);
}

TEST_CASE("a path is shown without its ids") {
  CHECK(path_pattern("/samples/7") == "/samples/*");
  CHECK(path_pattern("/api/v1/samples/0192f3c4-8a10/files") == "/api/v1/samples/*/files");
  CHECK(path_pattern("/") == "/");
  CHECK(path_pattern("") == "");
  CHECK(path_pattern("/a//b/") == "/a//b/");
  CHECK(path_pattern("/v/v1234/" + std::string(41, 'x')) == "/v/*/*");
  CHECK(path_pattern("/a/b/c/d/e/f/g/h") == "/a/b/c/d/e/f/g/h");
  CHECK(path_pattern("/a/b/c/d/e/f/g/h/i/j") == "/a/b/c/d/e/f/g/h/…");
  CHECK(path_pattern("*") == "*");
}

TEST_CASE("clients, users and paths are counted row by row, within the window to the microsecond") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  std::vector<RequestRow> rows;
  std::vector<std::string> paths;
  for (int i = 0; i < 100; ++i) paths.push_back("/samples/" + std::to_string(i));
  for (int i = 0; i < 100; ++i) {
    rows.push_back(row(kStart + i * kSecond, i < 10 ? 502 : 200, 1'000 + static_cast<unsigned>(i)));
    rows.back().path = paths[static_cast<std::size_t>(i)];
    rows.back().client = i % 4 == 0 ? "198.51.100.7" : "203.0.113.9";
    rows.back().user = i % 2 == 0 ? "ada" : "";
  }
  REQUIRE(write(**writer, kStart, rows));
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  StatsQuery query = window(kStart, kStart + 50 * kSecond);
  query.by = StatsBy::client;
  const auto clients = reader->stats(query);
  REQUIRE(clients.ok());
  REQUIRE(clients->rows.size() == 2);
  CHECK(clients->rows[0].key == "203.0.113.9");
  CHECK(clients->rows[0].requests == 37);
  CHECK(clients->rows[1].requests == 13);
  CHECK(clients->rows[1].errors == 3);
  CHECK(clients->total.requests == 50);
  CHECK(clients->total.max_us == 1'049);
  CHECK(clients->complete);
  CHECK(clients->rate_of(clients->total) == doctest::Approx(1));
  query.by = StatsBy::user;
  CHECK(reader->stats(query)->rows.size() == 2);
  query.by = StatsBy::path;
  REQUIRE(reader->stats(query)->rows.size() == 1);
  CHECK(reader->stats(query)->rows[0].key == "/samples/*");
  query.route = "unknown";
  CHECK(reader->stats(query)->rows.empty());
}

TEST_CASE("counting row by row ends at its time, newest first, and says where") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  for (int i = 0; i < 3; ++i) {
    const UnixMicros now = kStart + i * kHour;
    REQUIRE(write(**writer, now, std::vector<RequestRow>(10, row(now))));
  }
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  StatsQuery query = window(kStart, kStart + kDay);
  query.by = StatsBy::client;
  query.time_limit = gateway::milliseconds(-1);
  const auto stats = reader->stats(query);
  REQUIRE(stats.ok());
  CHECK_FALSE(stats->complete);
  CHECK(stats->since == kStart + 2 * kHour + 1);
}

TEST_CASE("different keys beyond the bound stand in one row") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  std::vector<std::string> users;
  std::vector<RequestRow> rows;
  for (std::size_t i = 0; i < kMaxStatsKeys + 5; ++i) users.push_back("u" + std::to_string(i));
  for (const std::string& user : users) {
    rows.push_back(row(kStart));
    rows.back().user = user;
  }
  REQUIRE(write(**writer, kStart, rows));
  auto reader = Reader::open(scratch.path());
  StatsQuery query = window(kStart, kStart + 1);
  query.by = StatsBy::user;
  query.limit = kMaxStatsRows;
  const auto stats = reader->stats(query);
  REQUIRE(stats->rows.size() == kMaxStatsKeys + 1);
  CHECK(stats->rows.back().key == kOtherKeys);
  CHECK(stats->rows.back().requests == 5);
  CHECK(stats->total.requests == kMaxStatsKeys + 5);
}
