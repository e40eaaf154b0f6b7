#include "shared/store/writer.h"

#include <doctest/doctest.h>

#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using gateway::Decider;
using gateway::store::LogFilter;
using gateway::store::Reader;
using gateway::store::StatsQuery;
using gateway::store::Writer;

TEST_CASE("a row comes back as it was written") {
  const Scratch scratch;
  auto opened = Writer::open(scratch.path());
  REQUIRE(opened.ok());
  Writer& writer = **opened;
  RequestRow in = row(kStart + 123'456, 503, 4321);
  in.query = "a=1&token=***";
  in.user = "u-17";
  in.decider = Decider::upstream_timeout;
  in.retries = 2;
  in.revision = 41;
  in.bytes_in = 5'000'000'000u;
  in.bytes_out = 77;
  in.upstream_us = 4000;
  REQUIRE(writer.begin(kStart));
  REQUIRE(writer.append({&in, 1}));
  REQUIRE(writer.add_name(1, "samples"));
  REQUIRE(writer.add_name(2, "lab"));
  REQUIRE(writer.add_name(3, "http://10.0.0.1:80"));
  REQUIRE(writer.commit());

  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  const auto page = reader->logs({});
  REQUIRE(page.ok());
  REQUIRE(page->rows.size() == 1);
  const auto& out = page->rows[0];
  CHECK(out.seq == 1);
  CHECK(out.id == in.id);
  CHECK(out.time == in.time);
  CHECK(out.method == "GET");
  CHECK(out.host == "api.example.com");
  CHECK(out.path == "/samples/7");
  CHECK(out.query == "a=1&token=***");
  CHECK(out.client == "203.0.113.9");
  CHECK(out.user == "u-17");
  CHECK(out.route == "samples");
  CHECK(out.service == "lab");
  CHECK(out.instance == "http://10.0.0.1:80");
  CHECK(out.decider == "upstream-timeout");
  CHECK(out.status == 503);
  CHECK(out.retries == 2);
  CHECK(out.revision == 41);
  CHECK(out.bytes_in == 5'000'000'000u);
  CHECK(out.bytes_out == 77);
  CHECK(out.total_us == 4321);
  CHECK(out.upstream_us == 4000);
  CHECK(page->complete);
}

TEST_CASE("seq goes on where it stood, over restarts and after everything expired") {
  const Scratch scratch;
  const RequestRow rows[] = {row(kStart), row(kStart + 1), row(kStart + 2)};
  {
    auto writer = Writer::open(scratch.path());
    REQUIRE(writer.ok());
    REQUIRE(write(**writer, kStart, rows));
    REQUIRE((*writer)->roll_up(kStart));
    while ((*writer)->retain(kStart + 100 * kDay, {std::chrono::hours(24), 0})) {
    }
  }
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  REQUIRE(write(**writer, kStart, {rows, 1}));
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  const auto page = reader->logs({});
  REQUIRE(page.ok());
  REQUIRE(page->rows.size() == 2);
  CHECK(page->rows[0].seq == 4);
  CHECK(page->rows[1].seq == 3);
}

TEST_CASE("names and revisions stay over a restart") {
  const Scratch scratch;
  {
    auto writer = Writer::open(scratch.path());
    REQUIRE(writer.ok());
    REQUIRE((*writer)->begin(kStart));
    REQUIRE((*writer)->add_name(7, "samples"));
    REQUIRE((*writer)->add_revision({41, std::string(64, 'a'), kStart, "root"}));
    REQUIRE((*writer)->commit());
  }
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  REQUIRE((*writer)->names().size() == 1);
  CHECK((*writer)->names()[0] == std::pair<std::uint32_t, std::string>(7, "samples"));
  CHECK((*writer)->last_revision().id == 41);
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  const auto revisions = reader->revisions(10);
  REQUIRE(revisions.ok());
  REQUIRE(revisions->size() == 1);
  CHECK(revisions->front().sha256 == std::string(64, 'a'));
  CHECK(revisions->front().applied_by == "root");
}

TEST_CASE("a second writer of the same file is refused until the first is gone") {
  const Scratch scratch;
  {
    auto first = Writer::open(scratch.path());
    REQUIRE(first.ok());
    auto second = Writer::open(scratch.path());
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().message.find("another gatewayd writes it") != std::string::npos);
    CHECK_FALSE(second.error().newer_schema);
  }
  CHECK(Writer::open(scratch.path()).ok());
}

TEST_CASE("a full database fails the transaction, keeps what was there, and goes on with room") {
  const Scratch scratch;
  auto opened = Writer::open(scratch.path());
  REQUIRE(opened.ok());
  Writer& writer = **opened;
  const std::vector<RequestRow> rows(2000, row(kStart));
  REQUIRE(write(writer, kStart, rows));
  REQUIRE(writer.limit_pages(60));
  int written = 1;
  while (written < 100 && write(writer, kStart + written * kSecond, rows)) ++written;
  REQUIRE(written < 100);
  CHECK(writer.error().find("full") != std::string::npos);
  CHECK(writer.error().find("make room") != std::string::npos);
  CHECK_FALSE(write(writer, kStart, rows));  // and again: no state is left behind
  REQUIRE(writer.limit_pages(1'000'000));
  REQUIRE(write(writer, kStart + kMinute, rows));
  REQUIRE(writer.roll_up(kStart + kMinute));

  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  const auto stats = reader->stats(window(kStart - kHour, kStart + kHour));
  REQUIRE(stats.ok());
  CHECK(stats->total.requests == static_cast<std::uint64_t>(written + 1) * 2000);
}
