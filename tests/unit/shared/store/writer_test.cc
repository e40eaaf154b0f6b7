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
