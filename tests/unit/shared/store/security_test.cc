#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "shared/store/connection.h"
#include "shared/store/security_logs.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using namespace gateway::store;
using gateway::Decider;

namespace {

constexpr std::uint64_t kMiB = 1 << 20;
using Seqs = std::vector<std::int64_t>;

struct Fixture {
  Fixture() : writer(std::move(Writer::open(scratch.path()).value())) {
    REQUIRE(writer->begin(kStart));
    REQUIRE(writer->add_name(1, "samples"));
    REQUIRE(writer->add_name(4, "storage"));
    REQUIRE(writer->commit());
  }

  SecurityPage page(const SecurityFilter& filter) {
    auto reader = Reader::open(scratch.path());
    REQUIRE(reader.ok());
    auto found = reader->security(filter);
    REQUIRE(found.ok());
    return *found;
  }

  Seqs seqs(const SecurityFilter& filter) {
    Seqs out;
    for (const SecurityLogRow& one : page(filter).rows) out.push_back(one.seq);
    return out;
  }

  void retain_all(UnixMicros now, const Retention& retention) {
    while (writer->retain(now, retention)) {
    }
  }

  std::int64_t number(const char* sql) {
    return SQLite::Database(scratch.path(), SQLite::OPEN_READONLY).execAndGet(sql).getInt64();
  }

  Scratch scratch;
  std::unique_ptr<Writer> writer;
};

}  // namespace

TEST_CASE("an event comes back as it was written, one for many without an id") {
  Fixture f;
  SecurityRow in = event(kStart + 123'456, Decider::unauthenticated);
  in.rule = "jwt: expired";
  in.action = SecurityAction::observed;
  in.user = "u-17";
  in.detail = "a\x1b[31m\xff";
  SecurityRow many;
  many.time = kStart;
  many.kind = static_cast<Decider>(250);
  many.count = 5'000'000'000;
  REQUIRE(write_events(*f.writer, kStart, {{in, many}}));
  const SecurityPage page = f.page({});
  REQUIRE(page.rows.size() == 2);
  CHECK(page.complete);
  CHECK(page.newest == 2);
  const SecurityLogRow& out = page.rows[1];
  CHECK(out.seq == 1);
  CHECK(out.id == in.id);
  CHECK(out.time == in.time);
  CHECK(out.kind == "unauthenticated");
  CHECK(out.rule == "jwt: expired");
  CHECK(out.action == SecurityAction::observed);
  CHECK(out.count == 1);
  CHECK(out.client == "203.0.113.9");
  CHECK(out.user == "u-17");
  CHECK(out.method == "GET");
  CHECK(out.host == "api.example.com");
  CHECK(out.path == "/samples/7");
  CHECK(out.route == "samples");
  CHECK(out.detail == "a%1B[31m%FF");
  CHECK_FALSE(page.rows[0].id.has_value());
  CHECK(page.rows[0].count == 5'000'000'000);
  CHECK(page.rows[0].kind == "250");
  CHECK(page.rows[0].rule.empty());
}

TEST_CASE("every filter of events keeps its rows and only those") {
  Fixture f;
  std::vector<SecurityRow> rows(5, event(kStart));
  rows[0].kind = Decider::rate_limited;
  rows[0].rule = "per-ip";
  rows[1].route = 4;
  rows[1].user = "u-17";
  rows[2].client = "198.51.100.1";
  rows[2].action = SecurityAction::observed;
  rows[3].time = kStart + kHour;
  rows[4].id.bytes[3] = 9;
  rows[4].detail = "Needle";
  REQUIRE(write_events(*f.writer, kStart, rows));
  SecurityFilter filter;
  CHECK(f.seqs(filter) == Seqs{5, 4, 3, 2, 1});
  CHECK(f.seqs((filter = {}, filter.kind = "rate-limited", filter)) == Seqs{1});
  CHECK(f.seqs((filter = {}, filter.kind = "csrf", filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.kind = "no such kind", filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.rule = "per-ip", filter)) == Seqs{1});
  CHECK(f.seqs((filter = {}, filter.rule = "per", filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.action = SecurityAction::observed, filter)) == Seqs{3});
  CHECK(f.seqs((filter = {}, filter.action = SecurityAction::blocked, filter)) == Seqs{5, 4, 2, 1});
  CHECK(f.seqs((filter = {}, filter.route = "storage", filter)) == Seqs{2});
  CHECK(f.seqs((filter = {}, filter.route = "unknown", filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.user = "u-17", filter)) == Seqs{2});
  CHECK(f.seqs((filter = {}, filter.client = "198.51.100.1", filter)) == Seqs{3});
  CHECK(f.seqs((filter = {}, filter.since = kStart + 1, filter)) == Seqs{4});
  CHECK(f.seqs((filter = {}, filter.until = kStart + kHour, filter)) == Seqs{5, 3, 2, 1});
  CHECK(f.seqs((filter = {}, filter.since = kStart + 2 * kHour, filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.id = rows[4].id, filter)) == Seqs{5});
  CHECK(f.seqs((filter = {}, filter.text = "needle", filter)) == Seqs{5});
  CHECK(f.seqs((filter = {}, filter.text = "' OR 1=1 --", filter)) == Seqs{});
}

TEST_CASE("pages of events join without a gap or a repeated row, both ways, over chunks") {
  Fixture f;
  for (int i = 0; i < 45; ++i) {
    std::vector<SecurityRow> rows(1000, event(kStart + i * kMinute));
    rows[7].rule = "rare";
    REQUIRE(write_events(*f.writer, kStart, rows));
  }
  SecurityFilter filter;
  filter.rule = "rare";
  filter.limit = 4;
  Seqs back;
  for (SecurityPage page; back.empty() || !page.complete; filter.before = page.cursor) {
    page = f.page(filter);
    for (const SecurityLogRow& one : page.rows) back.push_back(one.seq);
    REQUIRE(back.size() <= 45);
  }
  CHECK(back.size() == 45);
  CHECK(std::is_sorted(back.rbegin(), back.rend()));
  filter.before.reset();
  filter.after = 0;
  Seqs forth;
  for (SecurityPage page; forth.empty() || !page.complete; filter.after = page.cursor) {
    page = f.page(filter);
    for (const SecurityLogRow& one : page.rows) forth.push_back(one.seq);
    REQUIRE(forth.size() <= 45);
  }
  CHECK(std::equal(back.rbegin(), back.rend(), forth.begin(), forth.end()));
  CHECK(filter.after == 45'000);

  filter = {};
  filter.limit = kMaxLogRows + 1;  // clamped
  CHECK(f.page(filter).rows.size() == kMaxLogRows);
  // Nothing is found, chunk by chunk.
  filter.rule = "nowhere";
  filter.time_limit = gateway::milliseconds(-1);
  int pages = 0;
  for (SecurityPage page; pages == 0 || !page.complete; filter.before = page.cursor, ++pages) {
    page = f.page(filter);
    REQUIRE(pages < 10);
  }
  CHECK(pages == 3);
}

TEST_CASE("events past their own age are deleted, all of them, and seq goes on") {
  Fixture f;
  for (int day = 0; day < 10; ++day) {
    const UnixMicros now = kStart + day * kDay;
    REQUIRE(write(*f.writer, now, std::vector(3, row(now))));
    REQUIRE(write_events(*f.writer, now, std::vector(700, event(now))));
  }
  REQUIRE(f.writer->roll_up(kStart + 9 * kDay));
  // Requests go after two days, events after four.
  f.retain_all(kStart + 9 * kDay, {std::chrono::hours(48), 0, std::chrono::hours(96)});
  CHECK(f.number("SELECT count(*) FROM requests") == 9);
  CHECK(f.number("SELECT count(*) FROM security") == 5 * 700);
  CHECK(f.number("SELECT min(time) FROM security") == kStart + 5 * kDay);  // at the bound: stays
  f.retain_all(kStart + 90 * kDay, {{}, 0, {}});
  CHECK(f.number("SELECT count(*) FROM security") == 5 * 700);
  f.retain_all(kStart + 90 * kDay, {{}, 0, std::chrono::hours(96)});
  CHECK(f.number("SELECT count(*) FROM security") == 0);
  CHECK(f.seqs({}).empty());
  SecurityFilter following;
  following.after = 7'000;
  CHECK(f.page(following).cursor == 7'000);
  REQUIRE(write_events(*f.writer, kStart, {{event(kStart)}}));
  CHECK(f.seqs(following) == Seqs{7'001});
}

TEST_CASE("a flood of events takes no more than its share of the size from the requests") {
  Fixture f;
  const std::string detail(256, 'x');
  SecurityRow flood = event(kStart);
  flood.detail = detail;
  const Retention retention{std::chrono::hours(24 * 30), 16 * kMiB, std::chrono::hours(24 * 180)};
  for (int i = 0; i < 60; ++i) {
    const UnixMicros now = kStart + i * kMinute;
    flood.time = now;
    REQUIRE(write(*f.writer, now, std::vector(4000, row(now))));
    REQUIRE(write_events(*f.writer, now, std::vector(1000, flood)));
    f.retain_all(now, retention);
    REQUIRE(file_size(f.scratch.path()) <= 17 * kMiB);
  }
  const auto pages = [&](const char* table) {
    return f.number(
               (std::string("SELECT count(*) FROM dbstat WHERE name = '") + table + "'").c_str()) *
           8192;
  };
  const std::int64_t events = pages("security") + pages("security_time");
  MESSAGE("events take ", events / 1024, " KiB, requests ", pages("requests") / 1024, " KiB");
  CHECK(events <= static_cast<std::int64_t>(16 * kMiB / 4));
  CHECK(events >= static_cast<std::int64_t>(16 * kMiB / 8));  // and is left its share
  CHECK(f.number("SELECT max(seq) FROM security") == 60'000);
  CHECK(f.number("SELECT count(*) FROM requests") > 40'000);
}

TEST_CASE("without requests that may go, events make room") {
  Fixture f;
  const std::string detail(256, 'x');
  SecurityRow one = event(kStart);
  one.detail = detail;
  REQUIRE(write_events(*f.writer, kStart, std::vector(6000, one)));
  f.retain_all(kStart, {std::chrono::hours(24), 2 * kMiB, std::chrono::hours(24)});
  CHECK(file_size(f.scratch.path()) + file_size(f.scratch.path() + "-wal") <= 2 * kMiB);
  CHECK(f.number("SELECT max(seq) FROM security") == 6000);
}

TEST_CASE("a full database refuses events as it refuses rows, and goes on with room") {
  Fixture f;
  const std::vector<SecurityRow> rows(500, event(kStart));
  REQUIRE(write_events(*f.writer, kStart, rows));
  REQUIRE(f.writer->limit_pages(60));
  int written = 1;
  while (written < 100 && write_events(*f.writer, kStart, rows)) ++written;
  REQUIRE(written < 100);
  CHECK(f.writer->error().find("make room") != std::string::npos);
  CHECK_FALSE(write_events(*f.writer, kStart, rows));
  REQUIRE(f.writer->limit_pages(1'000'000));
  REQUIRE(write_events(*f.writer, kStart, rows));
  CHECK(f.number("SELECT count(*) FROM security") == (written + 1) * 500);
  CHECK(f.number("SELECT max(seq) FROM security") == (written + 1) * 500);
}

TEST_CASE("the view of events shows one in words") {
  Fixture f;
  REQUIRE(write_events(*f.writer, kStart, {{event(kStart + 1'500'000)}}));
  SQLite::Database db(f.scratch.path(), SQLite::OPEN_READONLY);
  SQLite::Statement view(db, "SELECT id, time, kind, action, route FROM security_view");
  REQUIRE(view.executeStep());
  CHECK(view.getColumn(0).getString() == "02000000-0000-0000-0000-000000000000");
  CHECK(view.getColumn(1).getString() == "2026-01-01T00:00:01.500000Z");
  CHECK(view.getColumn(2).getString() == "threat");
  CHECK(view.getColumn(3).getString() == "blocked");
  CHECK(view.getColumn(4).getString() == "samples");
}
