#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <thread>

#include "gatewayd/journal/event_budget.h"
#include "gatewayd/journal/event_fold.h"
#include "gatewayd/journal/event_frame.h"
#include "gatewayd/journal/frame.h"
#include "gatewayd/journal/journal.h"
#include "shared/store/reader.h"
#include "tests/unit/gatewayd/journal/pushed.h"

using namespace gateway;
using namespace gateway::journal;
using namespace journal_test;

namespace {

std::vector<store::SecurityLogRow> events(const std::string& path) {
  auto reader = store::Reader::open(path);
  REQUIRE(reader.ok());
  store::SecurityFilter filter;
  filter.limit = store::kMaxLogRows;
  auto page = reader->security(filter);
  REQUIRE(page.ok());
  return page->rows;
}

std::uint64_t all_events(const JournalStatus& status) {
  return status.events_written + status.events_suppressed + status.events_dropped;
}

}  // namespace

TEST_CASE("an event comes out of its frame as it went in, texts cut at their bounds") {
  Ring ring(Ring::kMinBytes);
  const std::string longer(5000, 'x');
  SecurityEvent in = event();
  in.action = store::SecurityAction::observed;
  in.rule = in.client = in.user = in.method = in.host = in.path = longer;
  in.detail = std::string_view(longer).substr(0, kMaxDetail);
  in.route = 0xffffffff;
  REQUIRE(write_event(ring, in, ring.capacity()));
  in.detail = std::string_view(longer).substr(0, kMaxDetail + 1);
  REQUIRE(write_event(ring, in, ring.capacity()));
  REQUIRE(write_frame(ring, record(), ring.capacity()));
  std::uint64_t position = ring.begin();
  const std::byte* frame = ring.next(position);
  REQUIRE(kind_of(frame) == FrameKind::event);
  const store::SecurityRow out = read_event(frame);
  CHECK(out.id == in.id);
  CHECK(out.time == in.time);
  CHECK(out.kind == in.kind);
  CHECK(out.action == in.action);
  CHECK(out.count == 1);
  CHECK(out.route == in.route);
  CHECK(out.rule.size() == kMaxRule);
  CHECK(out.client.size() == kMaxClient);
  CHECK(out.user.size() == kMaxUser);
  CHECK(out.method.size() == kMaxMethod);
  CHECK(out.host.size() == kMaxHost);
  CHECK(out.path.size() == kMaxPath);
  CHECK(out.detail.size() == kMaxDetail);
  CHECK(read_event(ring.next(position)).detail.size() == kMaxDetail);
  frame = ring.next(position);
  REQUIRE(kind_of(frame) == FrameKind::request);
  CHECK(read_frame(frame).path == "/samples/7");
}

TEST_CASE("events and requests share a ring and end in their own tables") {
  const Scratch scratch;
  auto opened = Journal::open(options(scratch.path()));
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  RequestRecord request = record(403);
  request.user = "u-17";
  SecurityEvent refused = event();
  refused.route = journal.intern("samples");
  refused.user = "u-17";
  CHECK(journal.push_event(0, refused));
  CHECK(journal.push(0, request));
  REQUIRE(wait_for([&] {
    const JournalStatus now = journal.status();
    return now.written == 1 && now.events_written == 1;
  }));
  const JournalStatus status = journal.status();
  CHECK(status.events_suppressed == 0);
  CHECK(status.events_dropped == 0);
  const auto rows = events(scratch.path());
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].kind == "threat");
  CHECK(rows[0].rule == "sqli-union-select");
  CHECK(rows[0].route == "samples");
  CHECK(rows[0].user == "u-17");
  CHECK(rows[0].detail == "1 UNION SELECT ***");

  auto reader = store::Reader::open(scratch.path());
  REQUIRE(reader.ok());
  store::LogFilter filter;
  filter.user = "u-17";
  CHECK(reader->logs(filter)->rows.size() == 1);
  filter.user = "u-18";
  CHECK(reader->logs(filter)->rows.empty());
}

TEST_CASE("a flood of refusals leaves few rows and the right number") {
  const Scratch scratch;
  constexpr std::uint64_t kFlood = 20'000;
  {
    auto opened = Journal::open(options(scratch.path()));
    REQUIRE(opened.ok());
    SecurityEvent flood = event(Decider::rate_limited);
    flood.rule = "per-ip";
    for (std::uint64_t i = 0; i < kFlood; ++i) CHECK((*opened)->push_event(0, flood));
    CHECK((*opened)->push_event(0, event()));  // seen, amid the flood
    REQUIRE(wait_for([&] { return (*opened)->status().lag_us == 0; }));
    const JournalStatus status = (*opened)->status();
    CHECK(status.events_written == kAlikeKept + 1);
    CHECK(status.events_dropped == 0);
    CHECK(all_events(status) == kFlood + 1);
  }
  const auto rows = events(scratch.path());
  // One by one; one row for those alike; one for those beyond the worker's budget.
  CHECK(rows.size() == kAlikeKept + 1 + 2);
  std::uint64_t counted = 0;
  std::uint64_t threats = 0;
  for (const auto& one : rows) {
    counted += one.count;
    threats += one.kind == "threat" ? 1 : 0;
    CHECK((one.count == 1 || one.detail == "suppressed " + std::to_string(one.count)));
  }
  CHECK(counted == kFlood + 1);
  CHECK(threats == 1);
}

// Another program's lock on the file stands for a disk that does not answer.
TEST_CASE("while nothing can be written events are dropped and counted, and none counts twice") {
  const Scratch scratch;
  Options small = options(scratch.path());
  small.ring_bytes = Ring::kMinBytes;
  auto opened = Journal::open(small);
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  SQLite::Database other(scratch.path(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  std::uint64_t pushed = 0;
  const auto push_all = [&] {
    for (const DeciderInfo& decider : all_deciders()) {
      for (std::uint32_t i = 0; i < 40; ++i, ++pushed) {
        const std::string client = "client " + std::to_string(i);
        SecurityEvent one = event(decider.decider);
        one.client = client;
        journal.push_event(0, one);
      }
    }
  };
  push_all();
  CHECK(journal.status().events_dropped > 0);  // the ring is full
  REQUIRE(wait_for([&] { return journal.status().suspended; }));
  const std::uint64_t lost = journal.status().events_dropped;
  REQUIRE(wait_for([&] {
    push_all();
    return journal.status().events_dropped > lost;
  }));
  other.exec("ROLLBACK");
  REQUIRE(wait_for([&] { return !journal.status().suspended; }));
  journal.push_event(0, event());
  ++pushed;
  REQUIRE(wait_for([&] { return journal.status().lag_us == 0; }));
  const JournalStatus status = journal.status();
  CHECK(all_events(status) == pushed);
  CHECK(status.events_written > 0);
  std::uint64_t rows = 0;
  for (const auto& one : events(scratch.path())) rows += one.count == 1 ? 1 : 0;
  CHECK(rows == status.events_written);
}

TEST_CASE("the age of events follows their own setting") {
  const Scratch scratch;
  auto opened = Journal::open(options(scratch.path()));
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  SecurityEvent old = event();
  old.time -= 100ll * 24 * 3600 * 1'000'000;
  journal.push_event(0, old);
  REQUIRE(wait_for([&] { return journal.status().events_written == 1; }));
  journal.set_retention({std::chrono::hours(24), 0, kKeepSecurity});
  std::this_thread::sleep_for(milliseconds(1200));
  CHECK(events(scratch.path()).size() == 1);  // 180 days unless told otherwise
  journal.set_retention({std::chrono::hours(24), 0, std::chrono::hours(24 * 99)});
  CHECK(wait_for([&] { return events(scratch.path()).empty(); }));
}

TEST_CASE("counters of limits are there again after a restart, the last save of them") {
  const Scratch scratch;
  store::LimitCounters counters;
  counters.key = {1, 2, 3};
  counters.rows = {{1, 10, 20, 30, 40}, {2, 1, 1, 1, 1}};
  {
    auto journal = Journal::open(options(scratch.path()));
    REQUIRE(journal.ok());
    CHECK((*journal)->load_limits().rows.empty());
    (*journal)->save_limits(counters);
    REQUIRE(wait_for([&] { return (*journal)->load_limits().rows.size() == 2; }));
    counters.rows[0].a = 11;
    counters.rows.pop_back();
    (*journal)->save_limits(counters);
  }  // and then closed at once
  auto journal = Journal::open(options(scratch.path()));
  REQUIRE(journal.ok());
  const store::LimitCounters kept = (*journal)->load_limits();
  CHECK(kept.key == counters.key);
  CHECK(kept.rows == counters.rows);
}

TEST_CASE("counters that the disk refuses wait until it takes them; the log says so") {
  const Scratch scratch;
  auto opened = Journal::open(options(scratch.path()));
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  SQLite::Database other(scratch.path(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  journal.save_limits({{{1, 1, 1, 1, 1}}, {1}});
  REQUIRE(wait_for([&] { return journal.status().suspended; }));
  other.exec("ROLLBACK");
  REQUIRE(wait_for([&] { return !journal.status().suspended; }));
  CHECK(journal.load_limits().rows.size() == 1);
}
