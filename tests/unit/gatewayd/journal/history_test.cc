#include "gatewayd/journal/history.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "gatewayd/journal/journal.h"
#include "shared/store/reader.h"
#include "tests/unit/gatewayd/journal/pushed.h"

using namespace gateway;
using namespace gateway::journal;
using namespace journal_test;

namespace {

constexpr UnixMicros kMinute = 60'000'000;
constexpr UnixMicros kNow = 1'767'225'600'000'000;

store::HealthHistory history(const std::string& path) {
  auto reader = store::Reader::open(path);
  REQUIRE(reader.ok());
  auto found = reader->history({"", 0, SystemClock().unix_now() + kMinute, 1000});
  REQUIRE(found.ok());
  return *found;
}

HealthEvent unhealthy() {
  return {SystemClock().unix_now(), "samples",
          "http://10.0.2.11:8081",  "10.0.2.11:8081",
          HealthState::healthy,     HealthState::unhealthy,
          "3 checks failed"};
}

}  // namespace

TEST_CASE("changes of health and breakers are written soon, checks when the journal closes") {
  const Scratch scratch;
  {
    auto journal = Journal::open(options(scratch.path()));
    REQUIRE(journal.ok());
    CHECK((*journal)->record_health(unhealthy()));
    BreakerEvent opened;
    opened.time = SystemClock().unix_now();
    opened.service = "samples";
    opened.to = BreakerState::open;
    opened.requests.resize(3);
    CHECK((*journal)->record_breaker(opened));
    const UnixMicros now = SystemClock().unix_now();
    CHECK((*journal)->record_check("samples", "http://10.0.2.11:8081", true, 1500us, now));
    CHECK((*journal)->record_check("samples", "http://10.0.2.11:8081", false, 2500us, now));
    REQUIRE(wait_for([&] { return history(scratch.path()).breakers.size() == 1; }));
    const store::HealthHistory found = history(scratch.path());
    REQUIRE(found.changes.size() == 1);
    CHECK(found.changes[0].service == "samples");
    CHECK(found.changes[0].to == "unhealthy");
    CHECK(found.breakers[0].service == "samples");
    CHECK(found.breakers[0].instance.empty());
    CHECK(found.breakers[0].requests.size() == 3);
  }
  const store::HealthHistory found = history(scratch.path());
  REQUIRE(found.checks.size() == 1);
  CHECK(found.checks[0].passed == 1);
  CHECK(found.checks[0].failed == 1);
  CHECK(found.checks[0].max_us == 2500);
}

TEST_CASE("breakers that were saved are found again by the next run") {
  const Scratch scratch;
  const store::SavedBreaker open{"rag", "", BreakerState::open, 1, 2, "5 failures in a row", "bob"};
  {
    auto journal = Journal::open(options(scratch.path()));
    REQUIRE(journal.ok());
    CHECK((*journal)->load_breakers().empty());
    (*journal)->save_breakers({{"gone", "", BreakerState::open, 1, 2, "", ""}});
    (*journal)->save_breakers({open});
  }
  auto journal = Journal::open(options(scratch.path()));
  REQUIRE(journal.ok());
  CHECK((*journal)->load_breakers() == std::vector{open});
  (*journal)->save_breakers({});
  CHECK(wait_for([&] { return (*journal)->load_breakers().empty(); }));
}

TEST_CASE("a disk that refuses for a while loses no change and no breaker") {
  const Scratch scratch;
  auto journal = Journal::open(options(scratch.path()));
  REQUIRE(journal.ok());
  {
    SQLite::Database other(scratch.path(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN IMMEDIATE");
    CHECK((*journal)->record_health(unhealthy()));
    (*journal)->save_breakers({{"rag", "", BreakerState::open, 1, 2, "", ""}});
    REQUIRE(wait_for([&] { return (*journal)->status().suspended; }));
    other.exec("COMMIT");
  }
  CHECK(wait_for([&] { return history(scratch.path()).changes.size() == 1; }));
  CHECK(wait_for([&] { return (*journal)->load_breakers().size() == 1; }));
  CHECK((*journal)->status().history_dropped == 0);
}

TEST_CASE("what waits is bounded: the newest is refused and counted, what was first stays") {
  History waiting;
  for (std::size_t i = 0; i < History::kMaxChanges; ++i) {
    CHECK(waiting.add(store::HealthChangeRow{static_cast<UnixMicros>(i), 1, 1, "", {}, {}, ""}));
  }
  CHECK_FALSE(waiting.add(store::HealthChangeRow{}));
  CHECK(waiting.dropped() == 1);
  CHECK(waiting.add(store::BreakerChangeRow{}));  // the other kind has its own room
  History::Pending taken = waiting.take(kNow, false);
  CHECK(taken.health.size() == History::kMaxChanges);
  CHECK(waiting.take(kNow, true).empty());
  CHECK(waiting.add(store::HealthChangeRow{}));
  waiting.put_back(std::move(taken));
  CHECK(waiting.dropped() == 2);
  taken = waiting.take(kNow, false);
  REQUIRE(taken.health.size() == History::kMaxChanges);
  CHECK(taken.health.front().time == 0);
  CHECK(taken.health.back().time == static_cast<UnixMicros>(History::kMaxChanges) - 1);
}

TEST_CASE("checks wait for the end of their minute, and their cells are bounded") {
  History waiting;
  CHECK(waiting.add_check(kNow, 1, 1, true, 10));
  CHECK(waiting.add_check(kNow + kMinute - 1, 1, 1, false, 30));
  CHECK(waiting.take(kNow + kMinute - 1, false).empty());
  History::Pending taken = waiting.take(kNow + kMinute, false);
  REQUIRE(taken.checks.size() == 1);
  CHECK(taken.checks[0].passed == 1);
  CHECK(taken.checks[0].failed == 1);
  CHECK(taken.checks[0].sum_us == 40);
  CHECK(taken.checks[0].max_us == 30);
  waiting.put_back(std::move(taken));
  CHECK(waiting.add_check(kNow, 1, 1, true, 5));
  taken = waiting.take(kNow + kMinute, false);
  REQUIRE(taken.checks.size() == 1);
  CHECK(taken.checks[0].passed == 2);

  CHECK(waiting.add_check(kNow, 1, 1, true, 10));
  CHECK(waiting.take(kNow - kMinute, false).checks.size() == 1);  // the clock was set back

  for (std::uint32_t i = 0; i < History::kMaxCells; ++i) waiting.add_check(kNow, 1, i, true, 1);
  CHECK_FALSE(waiting.add_check(kNow, 2, 0, true, 1));
  CHECK(waiting.add_check(kNow, 1, 0, true, 1));
  CHECK(waiting.dropped() == 1);
  CHECK(waiting.take(kNow, true).checks.size() == History::kMaxCells);
}

TEST_CASE("the newest of breakers to save counts, also over what could not be written") {
  History waiting;
  waiting.save({{"old", "", BreakerState::open, 0, 0, "", ""}});
  History::Pending taken = waiting.take(kNow, false);
  waiting.save({});
  waiting.put_back(std::move(taken));
  taken = waiting.take(kNow, false);
  REQUIRE(taken.saved);
  CHECK(taken.saved->empty());
}
