#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "gatewayd/journal/journal.h"
#include "shared/store/reader.h"
#include "tests/unit/gatewayd/journal/pushed.h"

using namespace gateway;
using namespace gateway::journal;
using namespace journal_test;

namespace {

// Pushes one row each millisecond, numbered in bytes_in from `first`, and each tenth time an event
// numbered in route from `first_event`, until it is killed.
[[noreturn]] void push_forever(const std::string& path, std::uint64_t first,
                               std::uint32_t first_event) {
  Options flush = options(path);
  flush.flush_every = milliseconds(50);
  auto journal = Journal::open(flush);
  if (!journal) ::_exit(1);
  store::LimitCounters counters;
  for (std::uint64_t number = first;; ++number) {
    RequestRecord one = record(number % 10 == 0 ? 500 : 200);
    one.bytes_in = number;
    (*journal)->push(0, one);
    if (number % 10 == 0) {
      const std::string client = std::to_string(first_event);
      SecurityEvent refused = event();
      refused.client = client;  // one that is like no other
      refused.route = first_event++;
      (*journal)->push_event(0, refused);
      // All rows of a save have the same number.
      for (std::uint64_t id = 0; id < 100; ++id) {
        counters.rows.push_back({id + number % 40, static_cast<std::int64_t>(number), 0, 0, 0});
      }
      (*journal)->save_limits(std::exchange(counters, {}));
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
}

std::int64_t number(SQLite::Database& db, const char* sql) {
  return db.execAndGet(sql).getInt64();
}

// Whether the file holds a request and an event from these numbers on.
bool has_written(const std::string& path, std::uint64_t first, std::uint32_t first_event) {
  if (!std::filesystem::exists(path)) return false;
  try {
    SQLite::Database db(path, SQLite::OPEN_READONLY);
    return number(db, "SELECT ifnull(max(bytes_in), 0) FROM requests") >=
               static_cast<std::int64_t>(first) &&
           number(db, "SELECT ifnull(max(route), 0) FROM security") >=
               static_cast<std::int64_t>(first_event);
  } catch (const SQLite::Exception&) {
    return false;  // it is being made
  }
}

// A tmpfs of its own for a test, unmounted at its end.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& folder) : folder_(folder) {
    mounted_ = ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=4m") == 0;
    if (!mounted_) why_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& why() const { return why_; }

 private:
  std::string folder_;
  bool mounted_ = false;
  std::string why_;
};

}  // namespace

TEST_CASE("a killed gatewayd loses less than its last second and corrupts nothing") {
  const Scratch scratch;
  std::uint64_t first = 1;
  std::uint32_t first_event = 1;
  for (int round = 0; round < 6; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) push_forever(scratch.path(), first, first_event);
    REQUIRE(wait_for([&] { return has_written(scratch.path(), first, first_event); }));
    std::this_thread::sleep_for(milliseconds(700 + round * 137));
    const UnixMicros killed_at = SystemClock().unix_now();
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));

    SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE);
    CHECK(db.execAndGet("PRAGMA integrity_check").getString() == "ok");
    const std::int64_t rows = number(db, "SELECT count(*) FROM requests");
    REQUIRE(rows > 0);
    CHECK(number(db, "SELECT max(seq) FROM requests") == rows);
    CHECK(number(db, "SELECT count(DISTINCT bytes_in) FROM requests") == rows);
    CHECK(number(db, "SELECT max(bytes_in) FROM requests") == rows);  // no gap between runs either
    CHECK(killed_at - number(db, "SELECT max(time) FROM requests") < 1'000'000);
    CHECK(number(db, "SELECT sum(last - first + 1) FROM spans") == rows);

    const std::int64_t events = number(db, "SELECT count(*) FROM security");
    REQUIRE(events > 0);
    CHECK(number(db, "SELECT max(seq) FROM security") == events);
    CHECK(number(db, "SELECT count(DISTINCT route) FROM security") == events);
    CHECK(number(db, "SELECT max(route) FROM security") == events);
    CHECK(killed_at - number(db, "SELECT max(time) FROM security") < 1'000'000);
    CHECK(number(db, "SELECT count(*) FROM limit_counters") == 100);
    CHECK(number(db, "SELECT count(DISTINCT a) FROM limit_counters") == 1);  // one save, whole

    auto reader = store::Reader::open(scratch.path());
    REQUIRE(reader.ok());
    store::StatsQuery query;
    query.until = killed_at + 60'000'000;
    CHECK(reader->stats(query)->total.requests == static_cast<std::uint64_t>(rows));
    first = static_cast<std::uint64_t>(rows) + 1;
    first_event = static_cast<std::uint32_t>(events) + 1;
  }
}

TEST_CASE("a full disk suspends the log, and with room it goes on by itself") {
  if (::geteuid() != 0) {
    MESSAGE("only root can mount the small disk this needs");
    return;
  }
  const Scratch scratch;
  const SmallDisk disk(scratch.folder());
  REQUIRE_MESSAGE(disk.mounted(), disk.why());
  auto opened = Journal::open(options(scratch.path()));
  REQUIRE(opened.ok());
  Journal& journal = **opened;
  journal.push(0, record());
  REQUIRE(wait_for([&] { return journal.status().written == 1; }));
  {
    std::ofstream ballast(scratch.path("ballast"), std::ios::binary);
    const std::string block(4096, 'x');
    while (ballast.write(block.data(), 4096) && ballast.flush()) {
    }
  }
  std::uint64_t pushed = 1;
  std::uint64_t events = 0;
  const auto push_until = [&](const std::function<bool()>& done) {
    return wait_for([&] {
      for (int i = 0; i < 500; ++i, ++pushed) journal.push(0, record(i % 10 == 0 ? 500 : 200));
      for (int i = 0; i < 20; ++i, ++events) {
        const std::string client = std::to_string(events);
        SecurityEvent refused = event();
        refused.client = client;
        journal.push_event(0, refused);
      }
      return done();
    });
  };
  REQUIRE(push_until([&] { return journal.status().suspended; }));
  CHECK(journal.status().last_error.find("make room") != std::string::npos);
  REQUIRE(push_until([&] { return journal.status().dropped_successes > 0; }));
  REQUIRE(push_until([&] { return journal.status().events_dropped > 0; }));

  const std::uint64_t before = journal.status().written;
  std::filesystem::remove(scratch.path("ballast"));
  REQUIRE(wait_for([&] { return !journal.status().suspended; }));
  CHECK(journal.status().written > before);
  journal.push(0, record());
  ++pushed;
  REQUIRE(wait_for([&] { return journal.status().lag_us == 0; }));
  const JournalStatus status = journal.status();
  CHECK(status.written + status.dropped_successes + status.dropped_failures == pushed);
  CHECK(status.events_written + status.events_suppressed + status.events_dropped == events);
  opened->reset();
  SQLite::Database db(scratch.path(), SQLite::OPEN_READONLY);
  CHECK(db.execAndGet("PRAGMA integrity_check").getString() == "ok");
  CHECK(number(db, "SELECT count(*) FROM requests") == static_cast<std::int64_t>(status.written));
  CHECK(number(db, "SELECT count(*) FROM security WHERE client IS NOT NULL") ==
        static_cast<std::int64_t>(status.events_written));
}
