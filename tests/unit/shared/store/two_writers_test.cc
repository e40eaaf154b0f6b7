#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <thread>

#include "shared/store/connection.h"
#include "shared/store/writer.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

// Two gatewayd write one database while one takes the other's place.
using namespace store_test;
using gateway::store::FileLock;
using gateway::store::LogFilter;
using gateway::store::Reader;
using gateway::store::Writer;

namespace {

int copy(int fd) {
  return ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

struct Pair {
  explicit Pair(const Scratch& scratch) {
    auto first = Writer::open(scratch.path());
    REQUIRE(first.ok());
    old = std::move(*first);
    auto second = Writer::open(scratch.path(), copy(old->lock_fd()));
    REQUIRE(second.ok());
    young = std::move(*second);
  }
  std::unique_ptr<Writer> old;
  std::unique_ptr<Writer> young;
};

std::uint64_t counted(const Scratch& scratch, UnixMicros since, UnixMicros until) {
  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  auto stats = reader->stats(window(since, until));
  REQUIRE(stats.ok());
  return stats->total.requests;
}

}  // namespace

TEST_CASE("two writers: a lock that was handed over holds until both have let go of it") {
  const Scratch scratch;
  {
    Pair pair(scratch);
    CHECK_FALSE(Writer::open(scratch.path()).ok());
    pair.old.reset();
    CHECK_FALSE(Writer::open(scratch.path()).ok());
  }
  CHECK(Writer::open(scratch.path()).ok());
}

TEST_CASE("two writers: what is no lock on this file is not taken for one") {
  const Scratch scratch;
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  // Another file, and the right file without its lock.
  CHECK_FALSE(Writer::open(scratch.path(), ::open("/dev/null", O_RDWR)).ok());
  CHECK_FALSE(Writer::open(scratch.path(), ::open(scratch.path().c_str(), O_RDWR)).ok());
  writer->reset();
  CHECK(Writer::open(scratch.path(), ::open(scratch.path().c_str(), O_RDWR)).ok());
}

TEST_CASE("two writers: every row is there once, in rows, rollups and spans") {
  const Scratch scratch;
  Pair pair(scratch);
  std::mt19937 random(7);
  UnixMicros now = kStart;
  std::uint64_t rows = 0;
  for (int turn = 0; turn < 300; ++turn, now += kSecond) {
    Writer& writer = random() % 2 == 0 ? *pair.old : *pair.young;
    // Long requests start before what the other has written.
    const std::vector<RequestRow> some(1 + random() % 50,
                                       row(now - static_cast<UnixMicros>(random() % 90) * kSecond));
    REQUIRE(write(writer, now, some));
    rows += some.size();
    if (turn % 37 == 0) REQUIRE(writer.roll_up(now));
  }
  REQUIRE(pair.old->roll_up(now));
  CHECK(counted(scratch, kStart - kHour, now + kHour) == rows);
  pair.old.reset();
  REQUIRE(write(*pair.young, now, std::vector<RequestRow>(5, row(now))));
  REQUIRE(pair.young->roll_up(now));
  CHECK(counted(scratch, kStart - kHour, now + kHour) == rows + 5);

  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  LogFilter filter;  // finds rows by the bounds of their spans
  filter.since = kStart - kHour;
  filter.until = kStart;
  filter.limit = 100'000;
  const auto early = reader->logs(filter);
  REQUIRE(early.ok());
  filter.since = filter.until = {};
  const auto all = reader->logs(filter);
  REQUIRE(all.ok());
  CHECK(all->rows.size() == rows + 5);
  const auto is_early = [](const auto& one) { return one.time < kStart; };
  CHECK(early->rows.size() ==
        static_cast<std::size_t>(std::count_if(all->rows.begin(), all->rows.end(), is_early)));
  CHECK_FALSE(early->rows.empty());
}

TEST_CASE("two writers at once: none fails, none of their rows is lost") {
  const Scratch scratch;
  Pair pair(scratch);
  constexpr int kTransactions = 200;
  const auto write_many = [](Writer& writer, bool& all) {
    all = true;
    for (int i = 0; i < kTransactions; ++i) {
      const std::vector<RequestRow> rows(10, row(kStart + i * kSecond));
      all = write(writer, kStart + i * kSecond, rows) && all;
    }
  };
  bool old_wrote_all = false;
  bool young_wrote_all = false;
  std::thread other([&] { write_many(*pair.old, old_wrote_all); });
  write_many(*pair.young, young_wrote_all);
  other.join();
  CHECK(old_wrote_all);
  CHECK(young_wrote_all);
  CHECK(counted(scratch, kStart - kHour, kStart + kHour) == 2 * 10 * kTransactions);
}
