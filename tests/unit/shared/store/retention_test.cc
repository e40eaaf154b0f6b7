#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <time.h>

#include <algorithm>
#include <chrono>

#include "shared/store/connection.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using namespace gateway::store;

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

// What sanitizers and a build without optimization cost.
#if defined(__SANITIZE_THREAD__)
constexpr double kSlowdown = 10;
#elif defined(__SANITIZE_ADDRESS__)
constexpr double kSlowdown = 4;
#elif !defined(NDEBUG)
constexpr double kSlowdown = 2;
#else
constexpr double kSlowdown = 1;
#endif

std::uint64_t disk(const Scratch& scratch) {
  return file_size(scratch.path()) + file_size(scratch.path() + "-wal");
}

void retain_all(Writer& writer, UnixMicros now, const Retention& retention) {
  while (writer.retain(now, retention)) {
  }
}

// Of this thread; what else runs on the machine does not count.
double cpu_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

std::vector<LogRow> all_rows(const Scratch& scratch) {
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  LogFilter filter;
  filter.limit = kMaxLogRows;
  auto page = reader->logs(filter);
  REQUIRE(page.ok());
  return page->rows;
}

bool intact(const Scratch& scratch) {
  SQLite::Database db(scratch.path(), SQLite::OPEN_READONLY);
  return db.execAndGet("PRAGMA integrity_check").getString() == "ok";
}

}  // namespace

TEST_CASE("rows past their age are deleted, the rest stays") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  for (int hour = 0; hour < 48; ++hour) {
    const UnixMicros now = kStart + hour * kHour;
    REQUIRE(write(**writer, now, std::vector(10, row(now))));
  }
  const UnixMicros now = kStart + 47 * kHour + kMinute;
  REQUIRE((*writer)->roll_up(now));
  retain_all(**writer, now, {std::chrono::hours(24), 0});
  const auto rows = all_rows(scratch);
  CHECK(rows.size() == 240);
  CHECK(rows.back().time == kStart + 24 * kHour);
  // What was deleted is still counted.
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  CHECK(reader->stats(window(kStart, now)).value().total.requests == 480);
  CHECK(intact(scratch));
}

TEST_CASE("deleting by age gives the disk back, a little at a time") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  for (int i = 0; i < 50; ++i) {
    REQUIRE(write(**writer, kStart + i * kMinute, std::vector(2000, row(kStart + i * kMinute))));
  }
  REQUIRE((*writer)->roll_up(kStart + kHour));
  const std::uint64_t before = disk(scratch);
  REQUIRE(before > 10 * kMiB);
  retain_all(**writer, kStart + 3 * kDay, {std::chrono::hours(24), 0});
  CHECK(all_rows(scratch).size() == 1);
  CHECK(disk(scratch) < 3 * kMiB);
  CHECK(intact(scratch));
}

TEST_CASE("the size bound holds while rows pour in, and the newest rows are those kept") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  const Retention retention{std::chrono::hours(24 * 30), 8 * kMiB};
  std::uint64_t largest = 0;
  for (int i = 0; i < 150; ++i) {
    const UnixMicros now = kStart + i * kMinute;
    REQUIRE(write(**writer, now, std::vector(2000, row(now))));
    retain_all(**writer, now, retention);
    largest = std::max(largest, disk(scratch));
  }
  CHECK(largest <= 8 * kMiB + kMiB);  // the bound and one transaction
  CHECK(largest > 4 * kMiB);
  const auto rows = all_rows(scratch);
  CHECK(rows.front().seq == 300'000);
  // A smaller bound gives more back.
  retain_all(**writer, kStart + 3 * kHour, {std::chrono::hours(24 * 30), 3 * kMiB});
  CHECK(disk(scratch) <= 3 * kMiB);
  CHECK(all_rows(scratch).front().seq == 300'000);
  CHECK(intact(scratch));
}

TEST_CASE("rollups end at their age: minutes, hours, days; a window over them widens") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  for (int day = 0; day < 100; ++day) {
    const UnixMicros now = kStart + day * kDay + 90 * kMinute;
    REQUIRE(write(**writer, now, std::vector(3, row(now))));
    REQUIRE((*writer)->roll_up(now + kHour));
  }
  const UnixMicros now = kStart + 100 * kDay;
  retain_all(**writer, now, {std::chrono::hours(24), 0});
  SQLite::Database db(scratch.path(), SQLite::OPEN_READONLY);
  const auto cells = [&](int width) {
    return db.execAndGet("SELECT count(*) FROM rollups WHERE width = " + std::to_string(width))
        .getInt();
  };
  CHECK(cells(60) == 3);
  CHECK(cells(3600) == 90);
  CHECK(cells(86400) == 100);
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  CHECK(reader->stats(window(kStart, now)).value().total.requests == 300);
  // Minutes of day 50 are gone: the window becomes its hours. Hours of day 2 are gone: its day.
  const UnixMicros fifty = kStart + 50 * kDay + 80 * kMinute;
  const auto hours = reader->stats(window(fifty, fifty + kMinute)).value();
  CHECK(hours.since == kStart + 50 * kDay + kHour);
  CHECK(hours.until == kStart + 50 * kDay + 2 * kHour);
  CHECK(hours.total.requests == 3);
  const auto days = reader->stats(window(kStart + 2 * kDay + kHour, kStart + 2 * kDay + 2 * kHour));
  CHECK(days->since == kStart + 2 * kDay);
  CHECK(days->until == kStart + 3 * kDay);
  CHECK(days->total.requests == 3);
}

TEST_CASE("a step is short, whatever is left to do") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  for (int i = 0; i < 100; ++i) {
    REQUIRE(write(**writer, kStart + i * kMinute, std::vector(2000, row(kStart + i * kMinute))));
  }
  REQUIRE((*writer)->roll_up(kStart + 2 * kHour));
  int steps = 0;
  double longest = 0;
  for (bool more = true; more; ++steps) {
    const double start = cpu_ms();
    more = (*writer)->retain(kStart + 3 * kDay, {std::chrono::hours(24), 0});
    longest = std::max(longest, cpu_ms() - start);
  }
  CHECK(steps > 1);  // 200,000 rows do not go in one
  CHECK(longest < 50 * kSlowdown);
  CHECK(all_rows(scratch).size() == 1);
}
