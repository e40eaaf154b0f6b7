#include "shared/store/logs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "shared/store/text_search.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using namespace gateway::store;

namespace {

// A database with named routes 1 and 4 and service 2, ready to read.
struct Fixture {
  Fixture() : writer(std::move(Writer::open(scratch.path()).value())) {
    REQUIRE(writer->begin(kStart));
    REQUIRE(writer->add_name(1, "samples"));
    REQUIRE(writer->add_name(2, "lab"));
    REQUIRE(writer->add_name(4, "storage"));
    REQUIRE(writer->commit());
  }

  LogPage logs(const LogFilter& filter) {
    auto reader = Reader::open(scratch.path());
    REQUIRE(reader.ok());
    auto page = reader->logs(filter);
    REQUIRE(page.ok());
    return *page;
  }

  std::vector<std::int64_t> seqs(const LogFilter& filter) {
    std::vector<std::int64_t> out;
    for (const LogRow& one : logs(filter).rows) out.push_back(one.seq);
    return out;
  }

  Scratch scratch;
  std::unique_ptr<Writer> writer;
};

using Seqs = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("every filter keeps its rows and only those") {
  Fixture f;
  std::vector<RequestRow> rows(6, row(kStart));
  rows[0].method = "POST";
  rows[1].path = "/storage/50%_off";
  rows[1].route = 4;
  rows[2].status = 503;
  rows[2].user = "u-17";
  rows[3].status = 502;
  rows[3].client = "198.51.100.1";
  rows[4].total_us = 5000;
  rows[4].query = "find=Needle";
  rows[5].time = kStart + kHour;
  rows[5].service = 0;
  rows[5].id.bytes[3] = 9;
  REQUIRE(write(*f.writer, kStart, rows));

  LogFilter filter;
  CHECK(f.seqs(filter) == Seqs{6, 5, 4, 3, 2, 1});
  CHECK(f.seqs((filter = {}, filter.method = "POST", filter)) == Seqs{1});
  CHECK(f.seqs((filter = {}, filter.path_prefix = "/storage", filter)) == Seqs{2});
  CHECK(f.seqs((filter = {}, filter.path_prefix = "/STORAGE", filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.route = "storage", filter)) == Seqs{2});
  CHECK(f.seqs((filter = {}, filter.route = "unknown", filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.service = "lab", filter)) == Seqs{5, 4, 3, 2, 1});
  CHECK(f.seqs((filter = {}, filter.status = StatusRange{500, 599}, filter)) == Seqs{4, 3});
  CHECK(f.seqs((filter = {}, filter.status = StatusRange{502, 502}, filter)) == Seqs{4});
  CHECK(f.seqs((filter = {}, filter.status = StatusRange{300, 399}, filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.user = "u-17", filter)) == Seqs{3});
  CHECK(f.seqs((filter = {}, filter.client = "198.51.100.1", filter)) == Seqs{4});
  CHECK(f.seqs((filter = {}, filter.slower_than_us = 1000, filter)) == Seqs{5});
  CHECK(f.seqs((filter = {}, filter.slower_than_us = 999, filter)) == Seqs{6, 5, 4, 3, 2, 1});
  CHECK(f.seqs((filter = {}, filter.text = "needle", filter)) == Seqs{5});
  CHECK(f.seqs((filter = {}, filter.text = "0%_o", filter)) == Seqs{2});
  CHECK(f.seqs((filter = {}, filter.text = "0x_o", filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.since = kStart + 1, filter)) == Seqs{6});
  CHECK(f.seqs((filter = {}, filter.until = kStart + kHour, filter)) == Seqs{5, 4, 3, 2, 1});
  CHECK(f.seqs((filter = {}, filter.since = kStart, filter.until = kStart, filter)) == Seqs{});
  CHECK(f.seqs((filter = {}, filter.id = rows[5].id, filter)) == Seqs{6});
  CHECK(f.seqs((filter = {}, filter.status = StatusRange{500, 599}, filter.user = "u-17", filter)) == Seqs{3});
  CHECK(f.seqs((filter = {}, filter.text = "' OR 1=1 --", filter)) == Seqs{});
}

TEST_CASE("a window finds long requests, and rows that a wrong clock stamped") {
  Fixture f;
  const auto long_one = row(kStart);  // took two hours: written with much later rows
  REQUIRE(write(*f.writer, kStart + 10 * kMinute, std::vector{row(kStart + 10 * kMinute)}));
  REQUIRE(write(*f.writer, kStart + 2 * kHour, std::vector{row(kStart + 2 * kHour), long_one}));
  REQUIRE(write(*f.writer, kStart + 3 * kHour, std::vector{row(kStart + 300 * kDay)}));
  REQUIRE(write(*f.writer, kStart + 4 * kHour, std::vector{row(kStart + 4 * kHour)}));
  LogFilter filter;
  filter.since = kStart;
  filter.until = kStart + kMinute;
  CHECK(f.seqs(filter) == Seqs{3});
  filter.until = kStart + 5 * kHour;
  CHECK(f.seqs(filter) == Seqs{5, 3, 2, 1});
  filter.since = kStart + 299 * kDay;
  filter.until.reset();
  CHECK(f.seqs(filter) == Seqs{4});
}

TEST_CASE("pages join without a gap or a repeated row, over many spans") {
  Fixture f;
  for (int minute = 0; minute < 30; ++minute) {
    const UnixMicros now = kStart + minute * 2 * kMinute;
    const std::vector<RequestRow> rows(7, row(now, minute % 3 == 0 ? 500 : 200));
    REQUIRE(write(*f.writer, now, rows));
  }
  for (const bool errors_only : {false, true}) {
    LogFilter filter;
    filter.limit = 4;
    if (errors_only) filter.status = StatusRange{500, 599};
    std::vector<std::int64_t> seen;
    for (LogPage page; seen.empty() || !page.complete; filter.before = page.cursor) {
      page = f.logs(filter);
      for (const LogRow& one : page.rows) seen.push_back(one.seq);
      REQUIRE(seen.size() <= 210);
    }
    CHECK(seen.size() == (errors_only ? 70 : 210));
    CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
    CHECK(std::set(seen.begin(), seen.end()).size() == seen.size());
  }
}

TEST_CASE("a span ends at its number of rows") {
  Fixture f;
  const std::vector<RequestRow> rows(2000, row(kStart));
  for (int i = 0; i < 13; ++i) REQUIRE(write(*f.writer, kStart, rows));
  LogFilter filter;
  filter.limit = kMaxLogRows + 1;  // clamped
  filter.time_limit = std::chrono::minutes(1);
  const LogPage page = f.logs(filter);
  CHECK(page.rows.size() == kMaxLogRows);
  CHECK(page.newest == 26'000);
  CHECK_FALSE(page.complete);
  filter.before = page.cursor;
  CHECK(f.logs(filter).rows.front().seq == 16'000);
}

TEST_CASE("following the log while it is written misses and repeats nothing") {
  Fixture f;
  constexpr int kRows = 4000;
  std::thread writing([&] {
    for (int i = 0; i < kRows / 10; ++i) {
      const std::vector<RequestRow> rows(10, row(kStart + i * kSecond, i % 2 == 0 ? 200 : 500));
      if (!write(*f.writer, kStart + i * kSecond, rows)) return;
    }
  });
  auto reader = Reader::open(f.scratch.path());
  REQUIRE(reader.ok());
  LogFilter filter;
  filter.after = 0;
  filter.status = StatusRange{500, 599};
  filter.limit = 7;
  std::vector<std::int64_t> seen;
  while (filter.after < kRows) {
    const auto page = reader->logs(filter);
    REQUIRE(page.ok());
    for (const LogRow& one : page->rows) seen.push_back(one.seq);
    REQUIRE(page->cursor >= *filter.after);
    filter.after = page->cursor;
  }
  writing.join();
  CHECK(seen.size() == kRows / 2);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(std::set(seen.begin(), seen.end()).size() == seen.size());
}

TEST_CASE("a search for nothing ends at its time limit and can go on") {
  Fixture f;
  for (int i = 0; i < 4; ++i) {
    REQUIRE(write(*f.writer, kStart + i * kHour, std::vector{row(kStart + i * kHour)}));
  }
  LogFilter filter;
  filter.text = "nowhere";
  filter.time_limit = gateway::milliseconds(-1);
  int pages = 0;
  LogPage page;
  do {
    page = f.logs(filter);
    filter.before = page.cursor;
    ++pages;
  } while (page.cursor > 1 && pages < 10);
  CHECK(pages == 4);  // one span each
}

TEST_CASE("a text is found at either end, in any case, and nowhere past the end") {
  CHECK(contains_text("Needle in hay", "needle"));
  CHECK(contains_text("hay with nEEdle", "NeedlE"));
  CHECK(contains_text("nneedle", "needle"));
  CHECK(contains_text("anything", ""));
  CHECK_FALSE(contains_text("needl", "needle"));
  CHECK_FALSE(contains_text("", "n"));
}

TEST_CASE("text that a terminal or JSON would trip over is shown as %XX") {
  Fixture f;
  RequestRow one = row(kStart);
  one.path = "/a\x1b[31m\xff\xc3\xa9\xc2\x9b";
  one.host = "\xe2\x82\xac.example";
  REQUIRE(write(*f.writer, kStart, {&one, 1}));
  const LogPage page = f.logs({});
  CHECK(page.rows[0].path == "/a%1B[31m%FF\xc3\xa9%C2%9B");
  CHECK(page.rows[0].host == "\xe2\x82\xac.example");
}
