#include "shared/store/inspect.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <fstream>

#include "shared/store/schema.h"
#include "shared/store/writer.h"
#include "tests/unit/shared/store/scratch.h"

using namespace gateway;
using namespace gateway::store;

namespace {

constexpr milliseconds kPatience{10'000};

}  // namespace

TEST_CASE("a database of this version is sound") {
  const Scratch scratch;
  { REQUIRE(Writer::open(scratch.path())); }
  const auto found = inspect(scratch.path(), kPatience);
  REQUIRE(found);
  CHECK(found->schema == migrations().back().version);
  CHECK(found->known == found->schema);
  CHECK(found->damage.empty());
  CHECK(found->whole);
}

TEST_CASE("a page that was written over is damage") {
  const Scratch scratch;
  { REQUIRE(Writer::open(scratch.path())); }
  {
    std::fstream file(scratch.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(8192);  // the second page: the first holds the schema
    file << std::string(8192, '\x5a');
  }
  const auto found = inspect(scratch.path(), kPatience);
  REQUIRE(found);
  CHECK_FALSE(found->damage.empty());
  CHECK(found->damage.size() <= kMaxDamage);
}

TEST_CASE("what is no database, another program's, or not there is told") {
  const Scratch scratch;
  std::ofstream(scratch.path("text")) << std::string(4096, 'x');
  CHECK(inspect(scratch.path("text"), kPatience).error().message.find("not a database") !=
        std::string::npos);
  { SQLite::Database(scratch.path("other"), 6).exec("CREATE TABLE t (a)"); }
  CHECK(inspect(scratch.path("other"), kPatience).error().message.find("another program") !=
        std::string::npos);
  CHECK_FALSE(inspect(scratch.path("none"), kPatience).ok());
}

TEST_CASE("other schemas are told by their number") {
  const Scratch scratch;
  { REQUIRE(Writer::open(scratch.path())); }
  const int known = migrations().back().version;
  for (const int version : {known - 1, known + 1}) {
    SQLite::Database(scratch.path(), SQLite::OPEN_READWRITE)
        .exec("PRAGMA user_version = " + std::to_string(version));
    const auto found = inspect(scratch.path(), kPatience);
    REQUIRE(found);
    CHECK(found->schema == version);
  }
}

TEST_CASE("a look without time is not whole, and finds nothing") {
  const Scratch scratch;
  {
    SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    REQUIRE(migrate(db, migrations()));
    db.exec(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
        "INSERT INTO requests (time, path) SELECT i, '/' || i FROM n");
  }
  const auto hurried = inspect(scratch.path(), milliseconds{0});
  REQUIRE(hurried);
  CHECK_FALSE(hurried->whole);
  CHECK(hurried->damage.empty());
  CHECK(inspect(scratch.path(), kPatience)->whole);
}
