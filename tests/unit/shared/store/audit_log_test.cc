#include "shared/store/audit_log.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "shared/store/writer.h"
#include "tests/unit/shared/store/scratch.h"

using namespace gateway;
using namespace gateway::store;

namespace {

AuditEntry entry(const char* by, UnixMicros time) {
  AuditEntry entry;
  entry.time = time;
  entry.by = by;
  entry.role = "admin";
  entry.address = "127.0.0.1:5";
  entry.method = "PUT";
  entry.path = "/api/v1/gateway/routes/a";
  entry.status = 422;
  entry.detail = "why";
  entry.revision = 41;
  return entry;
}

}  // namespace

TEST_CASE("what was recorded is told newest first, and by whom, when and from where") {
  const Scratch scratch;
  REQUIRE(Writer::open(scratch.path()).ok());
  auto log = AuditLog::open(scratch.path());
  REQUIRE(log.ok());
  for (int i = 1; i <= 5; ++i) REQUIRE(log->add(entry(i % 2 == 0 ? "ci" : "root", i * 10)).ok());
  const auto all = log->entries({});
  REQUIRE(all.ok());
  REQUIRE(all->size() == 5);
  const AuditEntry& newest = all->front();
  CHECK(newest.id == 5);
  CHECK(newest.time == 50);
  CHECK(newest.by == "root");
  CHECK(newest.role == "admin");
  CHECK(newest.address == "127.0.0.1:5");
  CHECK(newest.method == "PUT");
  CHECK(newest.path == "/api/v1/gateway/routes/a");
  CHECK(newest.status == 422);
  CHECK(newest.detail == "why");
  CHECK(newest.revision == 41);
  const auto ids = [&](const AuditFilter& filter) {
    std::vector<std::int64_t> found;
    const auto entries = log->entries(filter);
    REQUIRE(entries.ok());
    for (const AuditEntry& one : *entries) found.push_back(one.id);
    return found;
  };
  CHECK(ids({.limit = 2}) == std::vector<std::int64_t>{5, 4});
  CHECK(ids({.limit = 2, .before = 4}) == std::vector<std::int64_t>{3, 2});
  CHECK(ids({.by = "ci"}) == std::vector<std::int64_t>{4, 2});
  CHECK(ids({.since = 20, .until = 40}) == std::vector<std::int64_t>{3, 2});
}

TEST_CASE("texts are cut, and the oldest entries go") {
  const Scratch scratch;
  REQUIRE(Writer::open(scratch.path()).ok());
  auto log = AuditLog::open(scratch.path());
  REQUIRE(log.ok());
  AuditEntry long_one = entry("root", 1);
  long_one.path = std::string(kMaxAuditText - 1, 'a') + "é";
  REQUIRE(log->add(long_one).ok());
  CHECK(log->entries({})->front().path == std::string(kMaxAuditText - 1, 'a'));
  {
    SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE);
    db.exec("UPDATE sqlite_sequence SET seq = " + std::to_string(kMaxAuditEntries - 1) +
            " WHERE name = 'audit'");
  }
  REQUIRE(log->add(long_one).ok());
  CHECK(log->entries({})->size() == 2);  // at the bound
  REQUIRE(log->add(long_one).ok());
  CHECK(log->entries({})->size() == 2);  // one past it
  CHECK(log->entries({})->back().id == kMaxAuditEntries);
}

TEST_CASE("a database that is not there is an error") {
  CHECK_FALSE(AuditLog::open("/nonexistent/gatewayd.db").ok());
}
