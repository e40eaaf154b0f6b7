#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <vector>

#include "shared/store/block_table.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using namespace gateway::store;
using gateway::Uuid;

namespace {

constexpr int kRows = 200'000;
constexpr UnixMicros kStep = 50'000;  // between two requests

// Requests of a few hundred clients and users, in bursts, of many paths; every part of them follows
// from their number alone.
class Traffic {
 public:
  RequestRow next() {
    const int at = made_++;
    RequestRow out = row(kStart + at * kStep);
    const auto dice = static_cast<std::uint32_t>(random_() % 1'000'000);
    out.route = 1 + dice % 20;
    out.service = 21 + out.route % 4;
    out.status = dice < 20 ? 507 : dice < 900 ? 503 : dice < 20'000 ? 404 : 200;
    out.method = methods_[dice % 4];
    out.total_us = 100 + dice % 5'000 * (dice % 10'000 == 0 ? 1'000 : 1);
    client_ = fmt::format("198.51.{}.{}", at / 20'000, dice % 250);
    user_ = dice % 3 == 0 ? "" : fmt::format("User-{}", at / 500);
    path_ = fmt::format("/Samples/{}/{:06}", at / 50'000, dice);
    query_ = dice % 50'000 == 0 ? "find=Needle" : "";
    out.client = client_;
    out.user = user_;
    out.path = path_;
    out.query = query_;
    const auto ms = static_cast<std::uint64_t>(out.time) / 1'000;
    for (int i = 0; i < 6; ++i) out.id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    if (at % 10'000 == 77) out.id.bytes = {0xfe, 1, 2, 3};  // a client's own
    for (int i = 0; i < 4; ++i) out.id.bytes[12 + i] = static_cast<std::uint8_t>(at >> (8 * i));
    return out;
  }

 private:
  const char* const methods_[4] = {"GET", "POST", "PURGE", "DELETE"};
  std::mt19937_64 random_{7};
  int made_ = 0;
  std::string client_, user_, path_, query_;
};

void fill(Writer& writer) {
  REQUIRE(writer.begin(kStart));
  for (std::uint32_t id = 1; id <= 24; ++id) REQUIRE(writer.add_name(id, fmt::format("n{}", id)));
  Traffic traffic;
  for (int at = 0; at < kRows; ++at) {
    const RequestRow one = traffic.next();
    REQUIRE(writer.append({&one, 1}));
  }
  REQUIRE(writer.commit());
}

LogPage page_of(const std::string& path, const LogFilter& filter) {
  auto reader = Reader::open(path);
  REQUIRE(reader.ok());
  auto page = reader->logs(filter);
  REQUIRE(page.ok());
  return *page;
}

// Every row that `filter` keeps, page by page from one end to the other.
std::vector<std::int64_t> all_rows(const std::string& path, LogFilter filter, bool forward) {
  std::vector<std::int64_t> seqs;
  if (forward) filter.after = 0;
  for (int pages = 0; pages < 1'000; ++pages) {
    const LogPage page = page_of(path, filter);
    for (const LogRow& one : page.rows) seqs.push_back(one.seq);
    if (page.complete) return seqs;
    (forward ? filter.after : filter.before) = page.cursor;
  }
  FAIL("it never ends");
  return seqs;
}

std::vector<LogFilter> questions() {
  std::vector<LogFilter> all;
  const auto ask = [&](auto change) {
    LogFilter filter;
    filter.limit = 700;
    change(filter);
    all.push_back(filter);
  };
  ask([](LogFilter& f) { f.status = StatusRange{507, 507}; });
  ask([](LogFilter& f) { f.status = StatusRange{500, 599}; });
  ask([](LogFilter& f) { f.status = StatusRange{300, 399}; });
  ask([](LogFilter& f) { f.client = "198.51.3.77"; });
  ask([](LogFilter& f) { f.client = "198.51.3.7"; });
  ask([](LogFilter& f) { f.user = "User-111"; });
  ask([](LogFilter& f) { f.user = "user-111"; });
  ask([](LogFilter& f) { f.user = "User-11"; });
  ask([](LogFilter& f) { f.path_prefix = "/Samples/2/000"; });
  ask([](LogFilter& f) { f.path_prefix = "/Samples/3/1234"; });
  ask([](LogFilter& f) { f.path_prefix = "/samples/3"; });
  ask([](LogFilter& f) { f.text = "nEEDle"; });
  ask([](LogFilter& f) { f.text = "ER-39"; });
  ask([](LogFilter& f) { f.text = "Z"; });
  ask([](LogFilter& f) { f.text = "amples/1/0007"; });
  ask([](LogFilter& f) { f.slower_than_us = 1'000'000; });
  ask([](LogFilter& f) { f.method = "PURGE", f.status = StatusRange{503, 503}; });
  ask([](LogFilter& f) { f.route = "n7", f.slower_than_us = 1'000'000; });
  ask([](LogFilter& f) { f.service = "n22", f.status = StatusRange{507, 507}; });
  ask([](LogFilter& f) { f.since = kStart + kHour, f.until = kStart + kHour + kMinute; });
  ask([](LogFilter& f) { f.until = kStart + kMinute, f.method = "DELETE"; });
  ask([](LogFilter& f) { f.since = kStart + 2 * kHour, f.status = StatusRange{404, 404}; });
  ask([](LogFilter& f) { f.id = Uuid{{0xfe, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 77, 0, 0, 0}}; });
  ask([](LogFilter& f) { f.id = Uuid{{1, 2, 3, 4}}; });
  return all;
}

}  // namespace

TEST_CASE("every filter gives the same rows with blocks and without") {
  const Scratch scratch;
  auto opened = Writer::open(scratch.path());
  REQUIRE(opened.ok());
  fill(**opened);
  std::vector<std::vector<std::int64_t>> with_blocks;
  const auto asked = questions();
  for (const LogFilter& filter : asked) {
    with_blocks.push_back(all_rows(scratch.path(), filter, false));
    auto forward = all_rows(scratch.path(), filter, true);
    std::reverse(forward.begin(), forward.end());
    CHECK(forward == with_blocks.back());
  }
  CHECK(with_blocks[22].size() == 1);  // a client's own id is found as well
  CHECK(with_blocks[23].empty());
  SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE);
  CHECK(db.execAndGet("SELECT count(*) FROM blocks").getInt() == kRows / kBlockRows);
  for (const char* some : {"first % 5 < 2", "1"}) {
    db.exec(fmt::format("DELETE FROM blocks WHERE {}", some));
    for (std::size_t i = 0; i < asked.size(); ++i) {
      CAPTURE(i);
      CHECK(all_rows(scratch.path(), asked[i], i % 2 == 1).size() == with_blocks[i].size());
      if (i % 2 == 0) CHECK(all_rows(scratch.path(), asked[i], false) == with_blocks[i]);
    }
  }
}

TEST_CASE("an offset passes over rows that match, in any number of searches") {
  const Scratch scratch;
  auto opened = Writer::open(scratch.path());
  REQUIRE(opened.ok());
  REQUIRE(write(**opened, kStart, std::vector<RequestRow>(3'000, row(kStart))));
  REQUIRE(write(**opened, kStart, std::vector<RequestRow>(100, row(kStart, 500))));
  LogFilter filter;
  filter.status = StatusRange{500, 500};
  filter.offset = 90;
  filter.limit = 7;
  const LogPage page = page_of(scratch.path(), filter);
  CHECK(page.skipped == 90);
  REQUIRE(page.rows.size() == 7);
  CHECK(page.rows[0].seq == 3'010);
  filter.offset = 100;
  CHECK(page_of(scratch.path(), filter).rows.empty());
}

TEST_CASE("a search that its time ended tells what is left, and goes on from there") {
  const Scratch scratch;
  auto opened = Writer::open(scratch.path());
  REQUIRE(opened.ok());
  for (int i = 0; i < 5; ++i) {
    const UnixMicros now = kStart + i * kHour;
    REQUIRE(write(**opened, now, std::vector<RequestRow>(1'500, row(now))));
  }
  LogFilter filter;
  filter.text = "api";  // in every row
  filter.limit = kMaxLogRows;
  filter.time_limit = gateway::milliseconds(-1);
  const LogPage page = page_of(scratch.path(), filter);
  CHECK_FALSE(page.complete);
  REQUIRE(page.searched_to.has_value());
  CHECK(*page.searched_to <= kStart + 4 * kHour);
  CHECK(page.cursor == page.rows.back().seq);
  CHECK(all_rows(scratch.path(), filter, false).size() == 7'500);
  CHECK(all_rows(scratch.path(), filter, true).size() == 7'500);
}

TEST_CASE("blocks go with their rows, and a clean close covers the last ones") {
  const Scratch scratch;
  auto opened = Writer::open(scratch.path());
  REQUIRE(opened.ok());
  for (int i = 0; i < 4; ++i) {
    const UnixMicros now = kStart + i * kHour;
    REQUIRE(write(**opened, now, std::vector<RequestRow>(2'000, row(now))));
  }
  REQUIRE((*opened)->roll_up(kStart + 4 * kHour));
  SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE);
  CHECK(db.execAndGet("SELECT max(last) FROM blocks").getInt() == 8'000);
  CHECK(db.execAndGet("SELECT sum(last - first + 1) FROM blocks").getInt() == 8'000);
  const Retention retention{std::chrono::minutes(90), 0, {}, {}};
  while ((*opened)->retain(kStart + 4 * kHour, retention)) {
  }
  const int oldest = db.execAndGet("SELECT min(seq) FROM requests").getInt();
  CHECK(oldest == 6'001);
  CHECK(db.execAndGet("SELECT min(last) FROM blocks").getInt() >= oldest);
  CHECK(db.execAndGet("SELECT min(first) FROM blocks").getInt() > oldest - kBlockRows);
}

TEST_CASE("a transaction that fails leaves no block of its rows") {
  const Scratch scratch;
  auto opened = Writer::open(scratch.path());
  REQUIRE(opened.ok());
  Writer& writer = **opened;
  REQUIRE(write(writer, kStart, std::vector<RequestRow>(1'000, row(kStart))));
  REQUIRE(writer.limit_pages(1));
  CHECK_FALSE(write(writer, kStart, std::vector<RequestRow>(50'000, row(kStart, 500))));
  REQUIRE(writer.limit_pages(100'000));
  REQUIRE(write(writer, kStart, std::vector<RequestRow>(3'000, row(kStart, 404))));
  SQLite::Database db(scratch.path(), SQLite::OPEN_READONLY);
  CHECK(db.execAndGet("SELECT min(first) FROM blocks").getInt() == 1'001);
  LogFilter filter;
  filter.limit = kMaxLogRows;
  filter.status = StatusRange{200, 200};
  CHECK(page_of(scratch.path(), filter).rows.size() == 1'000);
  filter.status = StatusRange{404, 404};
  CHECK(page_of(scratch.path(), filter).rows.size() == 3'000);
  filter.status = StatusRange{500, 500};
  CHECK(page_of(scratch.path(), filter).rows.empty());
}

TEST_CASE("blocks of a file that was tampered with hide nothing that is well formed, and end") {
  const Scratch scratch;
  auto opened = Writer::open(scratch.path());
  REQUIRE(opened.ok());
  REQUIRE(write(**opened, kStart, std::vector<RequestRow>(5'000, row(kStart))));
  SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE);
  db.exec("UPDATE blocks SET groups = x'ff', words = x'00' WHERE first = 1");
  db.exec("UPDATE blocks SET last = -5 WHERE first = 1025");
  db.exec(
      "UPDATE blocks SET groups = 'text', words = NULL, last = 9223372036854775807 "
      "WHERE first = 2049 AND 0");
  db.exec(
      "UPDATE blocks SET last = 9223372036854775807, words = zeroblob(8193), groups = x'' "
      "WHERE first = 3073");
  LogFilter filter;
  filter.limit = kMaxLogRows;
  filter.client = "203.0.113.9";
  filter.status = StatusRange{200, 200};
  CHECK(all_rows(scratch.path(), filter, false).size() == 5'000);
  CHECK(all_rows(scratch.path(), filter, true).size() == 5'000);
}
