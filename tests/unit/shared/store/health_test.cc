#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "shared/store/health_logs.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using namespace gateway;
using namespace gateway::store;

namespace {

struct Fixture {
  Fixture() : writer(std::move(Writer::open(scratch.path()).value())) {
    REQUIRE(writer->begin(kStart));
    REQUIRE(writer->add_name(1, "samples"));
    REQUIRE(writer->add_name(2, "rag"));
    REQUIRE(writer->add_name(3, "http://10.0.2.11:8081"));
    REQUIRE(writer->commit());
  }

  void write(std::span<const HealthChangeRow> rows) {
    REQUIRE(writer->begin(kStart));
    REQUIRE(writer->append_health(rows));
    REQUIRE(writer->commit());
  }
  void write(std::span<const BreakerChangeRow> rows) {
    REQUIRE(writer->begin(kStart));
    REQUIRE(writer->append_breakers(rows));
    REQUIRE(writer->commit());
  }
  void write(std::span<const HealthCheckCell> cells) {
    REQUIRE(writer->begin(kStart));
    REQUIRE(writer->add_checks(cells));
    REQUIRE(writer->commit());
  }

  HealthHistory history(const HistoryQuery& query) {
    auto reader = Reader::open(scratch.path());
    REQUIRE(reader.ok());
    auto found = reader->history(query);
    REQUIRE(found.ok());
    return *found;
  }

  std::int64_t number(const char* sql) {
    return SQLite::Database(scratch.path(), SQLite::OPEN_READONLY).execAndGet(sql).getInt64();
  }

  void retain_all(UnixMicros now, const Retention& retention) {
    while (writer->retain(now, retention)) {
    }
  }

  Scratch scratch;
  std::unique_ptr<Writer> writer;
};

HealthChangeRow change(UnixMicros time, std::uint32_t service = 1) {
  return {time,
          service,
          3,
          "10.0.2.11:8081",
          HealthState::healthy,
          HealthState::unhealthy,
          "3 checks failed, last: connect refused"};
}

BreakerChangeRow opened(UnixMicros time, std::uint32_t service = 1) {
  return {time, service, 0, BreakerState::closed, BreakerState::open, "5 failures in a row",
          {},   ""};
}

Uuid id_of(std::uint8_t byte) {
  Uuid id;
  id.bytes.fill(byte);
  return id;
}

const HistoryQuery kAll{"", 0, kStart + 365 * kDay, 1000};

}  // namespace

TEST_CASE("changes of health come back in the order of their times, of one service or of all") {
  Fixture f;
  const HealthChangeRow rows[] = {change(kStart + 2), change(kStart + 1, 2), change(kStart + 3)};
  f.write(rows);
  const HealthHistory all = f.history(kAll);
  REQUIRE(all.changes.size() == 3);
  CHECK(all.complete);
  CHECK(all.changes[0].service == "rag");
  const HealthChangeEntry& last = all.changes[2];
  CHECK(last.time == kStart + 3);
  CHECK(last.service == "samples");
  CHECK(last.instance == "http://10.0.2.11:8081");
  CHECK(last.address == "10.0.2.11:8081");
  CHECK(last.from == "healthy");
  CHECK(last.to == "unhealthy");
  CHECK(last.reason == "3 checks failed, last: connect refused");

  HistoryQuery one = kAll;
  one.service = "rag";
  CHECK(f.history(one).changes.size() == 1);
  one.service = "none";
  CHECK(f.history(one).changes.empty());
}

TEST_CASE("a window begins at since and ends before until, and a limit keeps the newest") {
  Fixture f;
  std::vector<HealthChangeRow> rows;
  for (int i = 0; i < 5; ++i) rows.push_back(change(kStart + i));
  f.write(rows);
  CHECK(f.history({"samples", kStart + 1, kStart + 4, 1000}).changes.size() == 3);
  const HealthHistory newest = f.history({"", kStart, kStart + 5, 2});
  REQUIRE(newest.changes.size() == 2);
  CHECK(newest.changes[0].time == kStart + 3);
  CHECK(newest.changes[1].time == kStart + 4);
  CHECK_FALSE(newest.complete);
  CHECK(f.history({"", kStart, kStart + 5, 5}).complete);
  CHECK(f.history({"", kStart, kStart + 5, 0}).changes.size() == 1);  // clamped
}

TEST_CASE("a breaker's change names the last ten requests that caused it, and who asked for it") {
  Fixture f;
  BreakerChangeRow caused = opened(kStart);
  for (std::uint8_t i = 1; i <= 11; ++i) caused.requests.push_back(id_of(i));
  BreakerChangeRow manual{
      kStart + 1, 1,      3, BreakerState::open, BreakerState::half_open, "reset while testing",
      {},         "alice"};
  const BreakerChangeRow rows[] = {caused, manual};
  f.write(rows);
  const HealthHistory history = f.history(kAll);
  REQUIRE(history.breakers.size() == 2);
  REQUIRE(history.breakers[0].requests.size() == kMaxCausingRequests);
  CHECK(history.breakers[0].requests.front() == id_of(2));
  CHECK(history.breakers[0].requests.back() == id_of(11));
  CHECK(history.breakers[0].from == "closed");
  CHECK(history.breakers[0].instance.empty());
  CHECK(history.breakers[1].to == "half-open");
  CHECK(history.breakers[1].by == "alice");
  CHECK(history.breakers[1].instance == "http://10.0.2.11:8081");
}

TEST_CASE("checks are summed by minute and hour, and shown in whole hours") {
  Fixture f;
  const std::int64_t minute = kStart / kSecond;
  const HealthCheckCell first[] = {{minute, 1, 3, 2, 1, 3'000, 2'000}, {minute, 2, 3, 1, 0, 9, 9}};
  const HealthCheckCell more[] = {{minute, 1, 3, 1, 0, 1'000, 1'000},
                                  {minute + 60, 1, 3, 0, 4, 8'000, 5'000}};
  f.write(first);
  f.write(more);
  CHECK(f.number("SELECT count(*) FROM health_checks WHERE width = 60") == 3);
  CHECK(f.number("SELECT count(*) FROM health_checks WHERE width = 3600") == 2);
  HistoryQuery query = kAll;
  query.service = "samples";
  query.since = kStart + 30 * kMinute;  // its hour began before
  const HealthHistory history = f.history(query);
  REQUIRE(history.checks.size() == 1);
  CHECK(history.checks[0].instance == "http://10.0.2.11:8081");
  CHECK(history.checks[0].passed == 3);
  CHECK(history.checks[0].failed == 5);
  CHECK(history.checks[0].mean_us == 1'500);
  CHECK(history.checks[0].max_us == 5'000);
  query.since = kStart + kHour;
  CHECK(f.history(query).checks.empty());
}

TEST_CASE("saved breakers replace those of before and come back by service and instance") {
  Fixture f;
  auto reader = Reader::open(f.scratch.path());
  REQUIRE(reader.ok());
  CHECK(reader->breakers()->empty());
  const SavedBreaker rag{"rag", "", BreakerState::open, kStart, kStart + kMinute, "by hand", "bob"};
  const SavedBreaker one{"rag", "http://a", BreakerState::half_open, kStart, 0, "5 failures", ""};
  const SavedBreaker both[] = {one, rag};
  REQUIRE(f.writer->save_breakers(both));
  REQUIRE(reader->breakers()->size() == 2);
  CHECK(reader->breakers()->at(0) == rag);
  CHECK(reader->breakers()->at(1) == one);
  REQUIRE(f.writer->save_breakers({}));
  CHECK(reader->breakers()->empty());
}

TEST_CASE("what is older than keep_health goes; minutes of checks go after six hours") {
  Fixture f;
  const std::int64_t second = kStart / kSecond;
  const HealthChangeRow changes[] = {change(kStart), change(kStart + 10 * kDay)};
  const BreakerChangeRow breakers[] = {opened(kStart), opened(kStart + 10 * kDay)};
  const HealthCheckCell cells[] = {{second, 1, 3, 1, 0, 1, 1},
                                   {second + 10 * 86'400, 1, 3, 1, 0, 1, 1}};
  f.write(changes);
  f.write(breakers);
  f.write(cells);
  Retention keep;
  f.retain_all(kStart + 6 * kHour, keep);
  CHECK(f.number("SELECT count(*) FROM health_checks") == 4);
  f.retain_all(kStart + 6 * kHour + kSecond, keep);
  CHECK(f.number("SELECT count(*) FROM health_checks WHERE width = 60") == 1);
  f.retain_all(kStart + 1000 * kDay, keep);  // no age given: the rest stays
  CHECK(f.number("SELECT count(*) FROM health_changes") == 2);
  keep.keep_health = std::chrono::hours(24);
  f.retain_all(kStart + kDay, keep);
  CHECK(f.number("SELECT count(*) FROM health_changes") == 2);
  f.retain_all(kStart + kDay + 2 * kHour, keep);
  CHECK(f.number("SELECT count(*) FROM health_changes") == 1);
  CHECK(f.number("SELECT count(*) FROM breaker_changes") == 1);
  CHECK(f.number("SELECT count(*) FROM health_checks WHERE width = 3600") == 1);
}

TEST_CASE("health never keeps the file above its size") {
  Fixture f;
  std::vector<HealthChangeRow> rows(20'000, change(kStart));
  f.write(rows);
  Retention small;
  small.max_size = 2 << 20;
  f.retain_all(kStart, small);
  CHECK(f.number("PRAGMA page_count") * 8192 <= 2 << 20);
  CHECK(f.number("SELECT count(*) FROM health_changes") > 0);
}

TEST_CASE("states of a newer version read as their numbers") {
  Fixture f;
  const HealthChangeRow rows[] = {change(kStart)};
  f.write(rows);
  SQLite::Database(f.scratch.path(), SQLite::OPEN_READWRITE)
      .exec("UPDATE health_changes SET to_state = 9, reason = 'a' || char(27) || 'b'");
  const HealthHistory history = f.history(kAll);
  CHECK(history.changes.at(0).to == "9");
  CHECK(history.changes.at(0).reason == "a%1Bb");
}

TEST_CASE("the view for people shows names") {
  Fixture f;
  const HealthChangeRow rows[] = {change(kStart)};
  const BreakerChangeRow breakers[] = {opened(kStart)};
  f.write(rows);
  f.write(breakers);
  CHECK(f.number("SELECT count(*) FROM health_view WHERE service = 'samples' AND to_state = "
                 "'unhealthy' AND time = '2026-01-01T00:00:00.000000Z'") == 1);
  CHECK(f.number("SELECT count(*) FROM breaker_view WHERE to_state = 'open'") == 1);
}
