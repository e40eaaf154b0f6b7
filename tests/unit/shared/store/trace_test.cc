#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/store/schema.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using namespace gateway::store;
using gateway::Decider;
using gateway::Uuid;

namespace {

Uuid id_of(UnixMicros time, std::uint8_t last = 1) {
  Uuid id;
  std::int64_t ms = time / 1'000;
  for (int i = 5; i >= 0; --i, ms >>= 8) {
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms);
  }
  id.bytes[6] = 0x70;
  id.bytes[15] = last;
  return id;
}

TraceRow trace(UnixMicros time, std::uint8_t last = 1, Decider decider = Decider::rate_limited) {
  return {id_of(time, last), time, decider, "bytes of a trace"};
}

bool write_traces(Writer& writer, UnixMicros now, const std::vector<TraceRow>& rows) {
  return writer.begin(now) && writer.append_traces(rows) && writer.commit();
}

void retain(Writer& writer, UnixMicros now, const Retention& keep) {
  while (writer.retain(now, keep)) {
  }
}

std::int64_t number(const Scratch& scratch, const std::string& sql) {
  return SQLite::Database(scratch.path(), SQLite::OPEN_READONLY).execAndGet(sql).getInt64();
}

}  // namespace

TEST_CASE("a trace is found by its request's id, with the row of the log and without") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  RequestRow logged = row(kStart, 429);
  logged.id = id_of(kStart);
  REQUIRE(write(**writer, kStart, {&logged, 1}));
  REQUIRE(write_traces(**writer, kStart, {trace(kStart), trace(kStart, 2)}));
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());

  const auto both = reader->request(id_of(kStart));
  REQUIRE(both.ok());
  CHECK(both->trace == "bytes of a trace");
  REQUIRE(both->row);
  CHECK(both->row->status == 429);

  const auto alone = reader->request(id_of(kStart, 2));
  REQUIRE(alone.ok());
  CHECK(alone->trace == "bytes of a trace");
  CHECK_FALSE(alone->row);

  const auto none = reader->request(id_of(kStart, 3));
  REQUIRE(none.ok());
  CHECK(none->trace.empty());
  CHECK_FALSE(none->row);
  CHECK(none->searched);
}

TEST_CASE("a row whose id does not tell its time is found all the same") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  RequestRow early = row(kStart);
  early.id = id_of(kStart + kDay);
  RequestRow other = row(kStart);
  other.id.bytes = {0xaa, 0xbb, 0, 0, 0, 0, 0x40};
  const std::vector<RequestRow> rows = {early, other};
  REQUIRE(write(**writer, kStart, rows));
  auto reader = Reader::open(scratch.path());
  CHECK(reader->request(early.id)->row);
  CHECK(reader->request(other.id)->row);
}

TEST_CASE("of several traces with one id the newest is told") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  TraceRow later = trace(kStart);
  later.bytes = "the later one";
  REQUIRE(write_traces(**writer, kStart, {trace(kStart), later}));
  CHECK(Reader::open(scratch.path())->request(id_of(kStart))->trace == "the later one");
}

TEST_CASE("traces older than keep_traces go, others stay") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  REQUIRE(write_traces(**writer, kStart, {trace(kStart), trace(kStart + kHour, 2)}));
  Retention keep;
  keep.keep_traces = std::chrono::hours(1);
  retain(**writer, kStart + kHour, keep);
  CHECK(number(scratch, "SELECT count(*) FROM traces") == 2);
  retain(**writer, kStart + kHour + 1, keep);
  CHECK(number(scratch, "SELECT count(*) FROM traces") == 1);
  CHECK(number(scratch, "SELECT time FROM traces") == kStart + kHour);
}

TEST_CASE("of more than max_traces the oldest of the commonest kind go: a flood hides nothing") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  std::vector<TraceRow> rows = {trace(kStart, 1, Decider::breaker_open)};
  for (int i = 0; i < 1'999; ++i) rows.push_back(trace(kStart + 1 + i));
  REQUIRE(write_traces(**writer, kStart, rows));
  Retention keep;
  keep.max_traces = 2'000;
  retain(**writer, kStart, keep);
  CHECK(number(scratch, "SELECT count(*) FROM traces") == 2'000);
  keep.max_traces = 1'999;
  retain(**writer, kStart, keep);
  CHECK(number(scratch, "SELECT count(*) FROM traces") == 1'999);
  keep.max_traces = 100;
  retain(**writer, kStart, keep);
  CHECK(number(scratch, "SELECT count(*) FROM traces") == 100);
  const auto kept = std::to_string(static_cast<int>(Decider::breaker_open));
  CHECK(number(scratch, "SELECT count(*) FROM traces WHERE decider = " + kept) == 1);
  CHECK(number(scratch, "SELECT max(time) FROM traces") == kStart + 1'999);
  keep.max_traces = 0;
  retain(**writer, kStart, keep);
  CHECK(number(scratch, "SELECT count(*) FROM traces") == 0);
}

TEST_CASE("a database of version 3 is brought forward and takes traces and starts") {
  const Scratch scratch;
  {
    SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    REQUIRE(migrate(db, migrations().first(3)).ok());
    CHECK_FALSE(db.tableExists("traces"));
  }
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  REQUIRE(write_traces(**writer, kStart, {trace(kStart)}));
  REQUIRE((*writer)->note_process(ProcessEvent::Kind::started, "1.0.0", kStart));
  CHECK(number(scratch, "SELECT count(*) FROM traces") == 1);
  CHECK(number(scratch, "SELECT count(*) FROM process_events WHERE version = '1.0.0'") == 1);
}

TEST_CASE("the last move of a breaker before a time is found") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  BreakerChangeRow opened;
  opened.time = kStart;
  opened.service = 2;
  opened.to = gateway::BreakerState::open;
  opened.reason = "5 failures in a row";
  BreakerChangeRow closed = opened;
  closed.time = kStart + kMinute;
  closed.to = gateway::BreakerState::closed;
  const std::vector<BreakerChangeRow> rows = {opened, closed};
  REQUIRE((*writer)->begin(kStart));
  REQUIRE((*writer)->add_name(2, "samples"));
  REQUIRE((*writer)->append_breakers(rows));
  REQUIRE((*writer)->commit());
  auto reader = Reader::open(scratch.path());
  CHECK_FALSE(reader->breaker_before("samples", kStart - 1).value());
  CHECK(reader->breaker_before("samples", kStart + 1).value()->reason == "5 failures in a row");
  CHECK(reader->breaker_before("samples", kStart + kMinute).value()->to == "closed");
  CHECK_FALSE(reader->breaker_before("unknown", kStart + kDay).value());
}
