#include "gatewayd/journal/journal.h"

#include <doctest/doctest.h>

#include <thread>

#include "shared/store/reader.h"
#include "tests/unit/shared/store/scratch.h"

using namespace gateway;
using namespace gateway::journal;

namespace {

Options options(const Scratch& scratch) {
  Options out;
  out.path = scratch.path();
  out.flush_every = milliseconds(20);
  return out;
}

RequestRecord record(std::uint16_t status = 200) {
  RequestRecord out;
  out.time = SystemClock().unix_now();
  out.method = "GET";
  out.host = "api.example.com";
  out.path = "/samples/7";
  out.client = "203.0.113.9";
  out.status = status;
  out.total_us = 1500;
  return out;
}

}  // namespace

TEST_CASE("what is pushed is in the database after the flush") {
  const Scratch scratch;
  auto opened = Journal::open(options(scratch));
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  RequestRecord in = record();
  in.route = journal.intern("samples");
  CHECK(journal.push(0, in));
  for (int i = 0; i < 200 && journal.status().written == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  REQUIRE(journal.status().written == 1);
  auto reader = store::Reader::open(scratch.path());
  REQUIRE(reader.ok());
  const auto page = reader->logs({});
  REQUIRE(page.ok());
  REQUIRE(page->rows.size() == 1);
  CHECK(page->rows[0].route == "samples");
}
