#include "gatewayd/journal/journal.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <thread>

#include "shared/store/reader.h"
#include "tests/unit/gatewayd/journal/pushed.h"

using namespace gateway;
using namespace gateway::journal;
using namespace journal_test;

namespace {

store::LogPage logs(const std::string& path) {
  auto reader = store::Reader::open(path);
  REQUIRE(reader.ok());
  store::LogFilter filter;
  filter.limit = store::kMaxLogRows;
  auto page = reader->logs(filter);
  REQUIRE(page.ok());
  return *page;
}

}  // namespace

TEST_CASE("what is pushed is in the database after the flush, masked and with its names") {
  const Scratch scratch;
  Options with = options(scratch.path());
  with.redact = {"token"};
  auto opened = Journal::open(with);
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  CHECK(journal.path() == scratch.path());
  RequestRecord in = record();
  in.route = journal.intern("samples");
  in.service = journal.intern("lab");
  in.query = "token=s3cret&x=1";
  CHECK(journal.push(0, in));
  REQUIRE(wait_for([&] { return journal.status().written == 1; }));
  const auto page = logs(scratch.path());
  REQUIRE(page.rows.size() == 1);
  CHECK(page.rows[0].route == "samples");
  CHECK(page.rows[0].service == "lab");
  CHECK(page.rows[0].query == "token=***&x=1");
  CHECK(wait_for([&] { return journal.status().lag_us == 0; }));
  CHECK_FALSE(journal.status().suspended);

  journal.set_redact({"x"});
  journal.intern("wakes the thread");
  std::this_thread::sleep_for(milliseconds(100));
  CHECK(journal.push(0, in));
  REQUIRE(wait_for([&] { return journal.status().written == 2; }));
  CHECK(logs(scratch.path()).rows[0].query == "token=s3cret&x=***");
}

TEST_CASE("closing writes what the rings still hold") {
  const Scratch scratch;
  {
    Options slow = options(scratch.path());
    slow.flush_every = std::chrono::hours(1);  // bounded by a second
    slow.workers = 3;
    slow.batch_rows = 7;
    auto journal = Journal::open(slow);
    REQUIRE(journal.ok());
    for (std::size_t i = 0; i < 300; ++i) CHECK((*journal)->push(i % 3, record()));
  }
  CHECK(logs(scratch.path()).rows.size() == 300);
  auto reader = store::Reader::open(scratch.path());
  REQUIRE(reader.ok());
  store::StatsQuery query;
  query.until = SystemClock().unix_now();
  CHECK(reader->stats(query)->total.requests == 300);
}

TEST_CASE("names and revisions keep their numbers over a restart") {
  const Scratch scratch;
  NameId samples = 0;
  {
    auto journal = Journal::open(options(scratch.path()));
    REQUIRE(journal.ok());
    samples = (*journal)->intern("samples");
    CHECK(samples != 0);
    CHECK((*journal)->number_revision("aaaa", "start") == 1);
    CHECK((*journal)->number_revision("aaaa", "SIGHUP") == 1);
    CHECK((*journal)->number_revision("bbbb", "SIGHUP") == 2);
    (*journal)->wait_revision(2);
    auto reader = store::Reader::open(scratch.path());
    REQUIRE(reader.ok());
    CHECK(reader->revisions(10)->size() == 2);  // written before the call came back
  }
  auto journal = Journal::open(options(scratch.path()));
  REQUIRE(journal.ok());
  CHECK((*journal)->intern("samples") == samples);
  CHECK((*journal)->intern("other") != samples);
  CHECK((*journal)->number_revision("bbbb", "start") == 2);
  CHECK((*journal)->number_revision("aaaa", "root") == 3);
}

TEST_CASE("the last minute by service") {
  const Scratch scratch;
  auto opened = Journal::open(options(scratch.path()));
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  RequestRecord in = record(503);
  in.service = journal.intern("lab");
  for (int i = 0; i < 50; ++i) journal.push(0, in);
  REQUIRE(wait_for([&] { return journal.status().written == 50; }));
  const auto recent = journal.recent();
  REQUIRE(recent.size() == 1);
  CHECK(recent[0].service == "lab");
  CHECK(recent[0].errors_5xx == 50);
  CHECK(recent[0].p50_us >= 1455);
  CHECK(recent[0].p99_us <= 1545);
  CHECK(recent[0].requests_per_second > 0);
  CHECK(recent[0].requests_per_second <= 50);
}

TEST_CASE("a database that cannot be opened is an error, a newer one says so") {
  const Scratch scratch;
  const auto folder = Journal::open(options(scratch.folder()));
  REQUIRE_FALSE(folder.ok());
  CHECK_FALSE(folder.error().newer_schema);
  CHECK(folder.error().message.find("directory") != std::string::npos);
  REQUIRE(Journal::open(options(scratch.path())).ok());
  SQLite::Database(scratch.path(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  const auto newer = Journal::open(options(scratch.path()));
  REQUIRE_FALSE(newer.ok());
  CHECK(newer.error().newer_schema);
}

TEST_CASE("retention runs by itself and follows set_retention") {
  const Scratch scratch;
  Options keep = options(scratch.path());
  keep.keep_requests = std::chrono::hours(1);
  auto opened = Journal::open(keep);
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  RequestRecord old = record();
  old.time -= 30ll * 60 * 1'000'000;
  for (int i = 0; i < 20; ++i) journal.push(0, old);
  REQUIRE(wait_for([&] { return journal.status().written == 20; }));
  journal.set_retention({std::chrono::minutes(10), 0, kKeepSecurity, kKeepHealth});
  CHECK(wait_for([&] { return logs(scratch.path()).rows.size() == 1; }));
}

// Another program's lock on the file stands for a disk that does not answer.
TEST_CASE("while nothing can be written a worker is never held up, failures outlive successes") {
  const Scratch scratch;
  Options small = options(scratch.path());
  small.ring_bytes = 1 << 17;
  auto opened = Journal::open(small);
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  SQLite::Database other(scratch.path(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  std::uint64_t taken = 0;
  std::uint64_t refused = 0;
  bool failure_after_success_refused = false;
  const auto push = [&](std::uint16_t status) {
    const bool ok = journal.push(0, record(status));
    ++(ok ? taken : refused);
    return ok;
  };
  for (int i = 0; i < 20'000; ++i) {
    if (!push(200) && push(500)) failure_after_success_refused = true;
  }
  CHECK(failure_after_success_refused);
  const JournalStatus full = journal.status();
  CHECK(full.dropped_successes > 0);
  CHECK(full.lag_us > 0);
  CHECK(wait_for([&] { return journal.status().suspended; }));
  CHECK(journal.status().last_error.find("lock") != std::string::npos);
  CHECK_FALSE(journal.recent().empty());  // status goes on showing the traffic
  other.exec("ROLLBACK");
  CHECK(wait_for([&] { return !journal.status().suspended; }));
  push(200);
  CHECK(wait_for([&] { return journal.status().lag_us == 0; }));
  const JournalStatus status = journal.status();
  CHECK(status.last_error.empty());
  CHECK(status.written + status.dropped_successes + status.dropped_failures == taken + refused);
  CHECK(status.written > 0);
}

TEST_CASE("workers push, a reader reads and settings change, all at once") {
  const Scratch scratch;
  Options two = options(scratch.path());
  two.workers = 2;
  two.ring_bytes = 8 << 20;
  auto opened = Journal::open(two);
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  std::vector<std::thread> workers;
  for (std::size_t worker = 0; worker < 2; ++worker) {
    workers.emplace_back([&journal, worker] {
      for (int i = 0; i < 10'000; ++i) journal.push(worker, record(i % 10 == 0 ? 500 : 200));
    });
  }
  for (int i = 0; i < 20; ++i) {
    journal.intern("name" + std::to_string(i));
    journal.set_redact({"a", "b"});
    journal.set_retention({std::chrono::hours(24), 1 << 30, kKeepSecurity, kKeepHealth});
    static_cast<void>(journal.recent());
    static_cast<void>(journal.status());
    CHECK(logs(scratch.path()).rows.size() <= store::kMaxLogRows);
  }
  for (std::thread& worker : workers) worker.join();
  REQUIRE(wait_for([&] { return journal.status().lag_us == 0; }));
  const JournalStatus status = journal.status();
  CHECK(status.written + status.dropped_successes + status.dropped_failures == 20'000);
}
