#include "gatewayctl/log_reading.h"

#include <doctest/doctest.h>

using namespace gateway;
using namespace gateway::ctl;

namespace {

// Rows 1 to `rows`, given newest first, at most `most` a page, as the store does.
struct FakeLog {
  std::int64_t rows = 0;
  std::size_t most = 10;
  int pages = 0;

  Result<store::LogPage, SourceError> logs(const store::LogFilter& filter) {
    store::LogPage page;
    page.newest = rows + pages++;  // the log grows meanwhile
    std::int64_t next = filter.before.value_or(rows + 1) - 1;
    while (next > 0 && page.rows.size() < std::min(filter.limit, most)) {
      page.rows.emplace_back().seq = next--;
    }
    page.cursor = next + 1;
    page.complete = next <= 0;
    return page;
  }
};

std::vector<std::int64_t> numbers(const store::LogPage& page) {
  std::vector<std::int64_t> out;
  for (const auto& row : page.rows) out.push_back(row.seq);
  return out;
}

}  // namespace

TEST_CASE("the newest rows come oldest first, gathered over pages") {
  FakeLog log{25};
  store::LogFilter filter;
  filter.limit = 12;
  const auto page = newest_rows(log, filter);
  REQUIRE(page.ok());
  CHECK(numbers(*page) ==
        std::vector<std::int64_t>{14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25});
  CHECK(page->newest == 25);  // of the first page: what came since is for the follower
  CHECK(log.pages == 2);
}

TEST_CASE("a log with fewer rows than asked for is read to its end") {
  FakeLog log{3};
  store::LogFilter filter;
  filter.limit = 100;
  const auto page = newest_rows(log, filter);
  REQUIRE(page.ok());
  CHECK(numbers(*page) == std::vector<std::int64_t>{1, 2, 3});
  FakeLog empty;
  CHECK(newest_rows(empty, filter)->rows.empty());
}

TEST_CASE("a failure on a later page is reported") {
  struct Failing : FakeLog {
    Result<store::LogPage, SourceError> logs(const store::LogFilter& filter) {
      if (pages > 0) return SourceError{1, "the disk is gone"};
      return FakeLog::logs(filter);
    }
  } log;
  log.rows = 50;
  store::LogFilter filter;
  filter.limit = 20;
  const auto page = newest_rows(log, filter);
  REQUIRE_FALSE(page.ok());
  CHECK(page.error().message == "the disk is gone");
}

TEST_CASE("a search that its time ended stops there, unless it is to go to the end") {
  struct Slow : FakeLog {
    Result<store::LogPage, SourceError> logs(const store::LogFilter& filter) {
      auto page = FakeLog::logs(filter);
      if (!page->complete) page->searched_to = page->cursor * 1'000;
      return page;
    }
  } log;
  log.rows = 35;
  log.most = 9;
  store::LogFilter filter;
  filter.limit = 100;
  const auto first = newest_rows(log, filter);
  REQUIRE(first.ok());
  CHECK(first->rows.size() == 9);
  CHECK_FALSE(first->complete);
  CHECK(first->searched_to == 27'000);
  const auto all = newest_rows(log, filter, true);
  CHECK(all->rows.size() == 35);
  CHECK(all->complete);
  CHECK_FALSE(all->searched_to.has_value());
}
