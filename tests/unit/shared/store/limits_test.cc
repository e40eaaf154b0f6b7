#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <chrono>

#include "shared/store/limit_table.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using namespace gateway::store;

namespace {

LimitCounters load(const Scratch& scratch) {
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  auto counters = reader->limit_counters();
  REQUIRE(counters.ok());
  return *counters;
}

}  // namespace

TEST_CASE("counters come back as they were saved, and a save replaces all of them") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  CHECK(load(scratch).rows.empty());
  LimitCounters first;
  first.key = {1, 2, 3, 0, 0xff};
  first.rows = {{~0ull, -1, 2, 3, 10}, {5, 1, 1, 1, 9}, {0, 0, 0, 0, 0}, {1ull << 63, 4, 4, 4, 4}};
  REQUIRE((*writer)->save_limit_counters(first));
  LimitCounters kept = load(scratch);
  CHECK(kept.key == first.key);
  REQUIRE(kept.rows.size() == 4);
  CHECK(kept.rows[0] == first.rows[3]);  // by rising id, as SQLite's signed integers
  CHECK(kept.rows[1] == first.rows[0]);
  CHECK(kept.rows[2] == first.rows[2]);
  CHECK(kept.rows[3] == first.rows[1]);

  LimitCounters second;
  second.key = {9};
  second.rows = {{5, 2, 1, 1, 11}, {6, 7, 7, 7, 7}, {0, 0, 0, 0, 0}};
  REQUIRE((*writer)->save_limit_counters(second));
  kept = load(scratch);
  CHECK(kept.key == second.key);
  CHECK(kept.rows == std::vector<LimitCounter>{{0, 0, 0, 0, 0}, {5, 2, 1, 1, 11}, {6, 7, 7, 7, 7}});
  REQUIRE((*writer)->save_limit_counters({}));
  CHECK(load(scratch).rows.empty());
}

TEST_CASE("of too many counters those used last stay, of two with one id the later") {
  const Scratch scratch;
  REQUIRE(Writer::open(scratch.path()).ok());
  SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE);
  LimitCounters counters;
  for (std::uint64_t id = 1; id <= 11; ++id) {
    counters.rows.push_back({id, 0, 0, 0, static_cast<std::int64_t>(id * 7 % 11)});
  }
  replace_limit_counters(db, counters, 11);  // at the bound
  CHECK(query_limit_counters(db).rows.size() == 11);
  replace_limit_counters(db, counters, 10);
  const auto kept = query_limit_counters(db).rows;
  REQUIRE(kept.size() == 10);
  for (const LimitCounter& one : kept) CHECK(one.id != 11);  // used at 0: longest ago
  counters.rows = {{3, 1, 0, 0, 5}, {3, 2, 0, 0, 6}, {3, 3, 0, 0, 4}};
  replace_limit_counters(db, counters, 10);
  CHECK(query_limit_counters(db).rows == std::vector<LimitCounter>{{3, 2, 0, 0, 6}});
}

TEST_CASE("a save that fails leaves the one before whole") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  LimitCounters few;
  few.key = {1};
  few.rows = {{1, 1, 1, 1, 1}};
  REQUIRE((*writer)->save_limit_counters(few));
  REQUIRE((*writer)->limit_pages(30));
  LimitCounters many;
  many.key = {2};
  for (std::uint64_t id = 0; id < 50'000; ++id) many.rows.push_back({id, 1, 1, 1, 1});
  CHECK_FALSE((*writer)->save_limit_counters(many));
  CHECK((*writer)->error().find("make room") != std::string::npos);
  CHECK(load(scratch).rows == few.rows);
  CHECK(load(scratch).key == few.key);
  const RequestRow one = row(kStart);
  CHECK(write(**writer, kStart, {&one, 1}));  // the log goes on
  REQUIRE((*writer)->limit_pages(1'000'000));
  REQUIRE((*writer)->save_limit_counters(many));
  CHECK(load(scratch).rows == many.rows);
}

TEST_CASE("a key of another size, as a damaged file has, is no key and no counters") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  REQUIRE((*writer)->save_limit_counters({{{1, 1, 1, 1, 1}}, {1}}));
  SQLite::Database(scratch.path(), SQLite::OPEN_READWRITE)
      .exec("UPDATE limit_key SET key = x'0102'");
  CHECK(load(scratch).rows.empty());
  CHECK(load(scratch).key == LimitCounters{}.key);
}
