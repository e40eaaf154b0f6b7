#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <vector>

#include "shared/base/decider.h"
#include "shared/store/connection.h"
#include "shared/store/schema.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using namespace gateway::store;

namespace {

bool says(const OpenError& error, const char* text) {
  return error.message.find(text) != std::string::npos;
}

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The file that a gatewayd of version 1 left: four requests, kept in the tree as SQL.
void make_version_1(const std::string& path) {
  SQLite::Database db(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  db.exec("PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;");
  db.exec(content(GATEWAYD_TESTS_DIR "/golden/store/version1.sql"));
  REQUIRE(db.execAndGet("PRAGMA user_version").getInt() == 1);
}

// The steps there are, and more after them.
std::vector<Migration> and_then(std::initializer_list<const char*> more) {
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  for (const char* sql : more) steps.push_back({steps.back().version + 1, sql});
  return steps;
}

}  // namespace

TEST_CASE("a folder, a missing folder and a file of text are refused with what to do") {
  const Scratch scratch;
  const auto folder = Writer::open(scratch.folder());
  REQUIRE_FALSE(folder.ok());
  CHECK(says(folder.error(), "it is a directory"));
  CHECK(says(folder.error(), scratch.folder().c_str()));

  const auto missing = Writer::open(scratch.folder() + "/none/gatewayd.db");
  REQUIRE_FALSE(missing.ok());
  CHECK(says(missing.error(), "create its folder"));

  const std::string text = scratch.path("text");
  std::ofstream(text) << std::string(10'000, 'x');
  const auto not_database = Writer::open(text);
  REQUIRE_FALSE(not_database.ok());
  CHECK(says(not_database.error(), "not a database"));
  CHECK(says(not_database.error(), "move this one away"));
  CHECK(content(text) == std::string(10'000, 'x'));

  const auto absent = Reader::open(scratch.path("absent"));
  REQUIRE_FALSE(absent.ok());
  CHECK(says(absent.error(), "gatewayd makes it"));
  CHECK_FALSE(std::filesystem::exists(scratch.path("absent")));
}

TEST_CASE("a newer schema and another program's database are refused and left as they are") {
  const Scratch scratch;
  REQUIRE(Writer::open(scratch.path()).ok());
  SQLite::Database(scratch.path(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  const std::string before = content(scratch.path());
  const auto newer = Writer::open(scratch.path());
  REQUIRE_FALSE(newer.ok());
  CHECK(newer.error().newer_schema);
  CHECK(says(newer.error(), "schema 99"));
  const auto reader = Reader::open(scratch.path());
  REQUIRE_FALSE(reader.ok());
  CHECK(reader.error().newer_schema);
  CHECK(content(scratch.path()) == before);

  const std::string other = scratch.path("other.db");
  SQLite::Database(other, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (x)");
  const auto foreign = Writer::open(other);
  REQUIRE_FALSE(foreign.ok());
  CHECK(says(foreign.error(), "another program"));
  CHECK_FALSE(foreign.error().newer_schema);
}

TEST_CASE("a database that version 1 left is brought forward with its rows, and serves on") {
  const Scratch scratch;
  make_version_1(scratch.path());
  {
    const auto early = Reader::open(scratch.path());
    REQUIRE_FALSE(early.ok());
    CHECK(says(early.error(), "older schema 1"));
    CHECK_FALSE(early.error().newer_schema);
  }
  auto writer = Writer::open(scratch.path());
  REQUIRE(writer.ok());
  CHECK((*writer)->last_revision().id == 1);
  CHECK((*writer)->names().size() == 3);
  SecurityRow event;
  event.time = kStart;
  event.kind = gateway::Decider::threat;
  event.rule = "sqli-union-select";
  event.route = 1;
  const RequestRow one = row(kStart);
  REQUIRE((*writer)->begin(kStart));
  REQUIRE((*writer)->append({&one, 1}));
  REQUIRE((*writer)->append_events({&event, 1}));
  REQUIRE((*writer)->commit());
  REQUIRE((*writer)->save_limit_counters({{{7, 1, 2, 3, 4}}, {1}}));

  auto reader = Reader::open(scratch.path());
  REQUIRE(reader.ok());
  const auto rows = reader->logs({})->rows;
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].seq == 5);
  CHECK(rows[1].path == "/nothing");
  CHECK(rows[4].query == "page=1");
  CHECK(rows[4].instance == "http://127.0.0.1:9");
  CHECK(reader->security({})->rows.at(0).route == "samples");
  CHECK(reader->limit_counters()->rows.size() == 1);
  CHECK(reader->stats(window(0, kStart + kDay * 365))->total.requests == 5);
  SQLite::Database db(scratch.path(), SQLite::OPEN_READONLY);
  CHECK(db.execAndGet("PRAGMA user_version").getInt() == 4);
  CHECK(db.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

TEST_CASE("the schema of a new file is that of one brought forward") {
  const Scratch scratch;
  make_version_1(scratch.path());
  REQUIRE(Writer::open(scratch.path()).ok());
  REQUIRE(Writer::open(scratch.path("new.db")).ok());
  const auto schema = [](const std::string& path) {
    SQLite::Database db(path, SQLite::OPEN_READONLY);
    return db
        .execAndGet(
            "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema "
            "WHERE sql IS NOT NULL ORDER BY type, name)")
        .getString();
  };
  CHECK(schema(scratch.path()) == schema(scratch.path("new.db")));
}

TEST_CASE("a version before refuses what this one made, and one after brings it forward") {
  const Scratch scratch;
  {
    auto writer = Writer::open(scratch.path());
    REQUIRE(writer.ok());
    const RequestRow one = row(kStart);
    REQUIRE(write(**writer, kStart, {&one, 1}));
  }
  SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE);
  const auto before = migrate(db, migrations().first(1));
  REQUIRE_FALSE(before.ok());
  CHECK(before.error().newer_schema);

  const auto steps =
      and_then({"ALTER TABLE requests ADD COLUMN country TEXT; UPDATE requests SET country = "
                "'NZ'; CREATE TABLE later (x);"});
  REQUIRE_FALSE(check_schema(db, steps).ok());
  CHECK(says(check_schema(db, steps).error(), "older schema 4"));
  const auto done = migrate(db, steps);
  REQUIRE(done.ok());
  CHECK(done->number == 5);
  CHECK(db.execAndGet("PRAGMA user_version").getInt() == 5);
  CHECK(db.execAndGet("SELECT country FROM requests").getString() == "NZ");
  CHECK(db.execAndGet("SELECT count(*) FROM later").getInt() == 0);
  CHECK(migrate(db, steps).ok());  // nothing left to do
  const auto older = migrate(db, migrations());
  REQUIRE_FALSE(older.ok());
  CHECK(older.error().newer_schema);
}

TEST_CASE("a migration that fails half-way leaves the version before") {
  const Scratch scratch;
  REQUIRE(Writer::open(scratch.path()).ok());
  const auto steps = and_then({"CREATE TABLE three (x)", "CREATE TABLE nonsense here"});
  {
    SQLite::Database db(scratch.path(), SQLite::OPEN_READWRITE);
    CHECK_THROWS(static_cast<void>(migrate(db, steps)));
    CHECK(db.execAndGet("PRAGMA user_version").getInt() == 4);
    CHECK_FALSE(db.tableExists("three"));
  }
  CHECK(Writer::open(scratch.path()).ok());
}

TEST_CASE("a damaged file never crashes: 16 bytes flipped in turn, all over it") {
  const Scratch scratch;
  {
    auto writer = Writer::open(scratch.path());
    REQUIRE(writer.ok());
    const std::vector<RequestRow> rows(400, row(kStart));
    const std::vector<SecurityRow> events(200, event(kStart));
    REQUIRE(write(**writer, kStart, rows));
    REQUIRE(write_events(**writer, kStart, events));
    REQUIRE((*writer)->roll_up(kStart));
    LimitCounters counters;
    for (std::uint64_t id = 0; id < 300; ++id) counters.rows.push_back({id, 1, 2, 3, 4});
    REQUIRE((*writer)->save_limit_counters(counters));
  }
  const std::string intact = content(scratch.path());
  int refused = 0;
  for (std::size_t at = 0; at < intact.size(); at += 509) {
    std::string damaged = intact;
    for (std::size_t i = at; i < std::min(at + 16, damaged.size()); ++i) damaged[i] ^= '\x5a';
    std::ofstream(scratch.path("damaged"), std::ios::binary) << damaged;
    auto writer = Writer::open(scratch.path("damaged"));
    if (writer.ok()) {
      const RequestRow one = row(kStart + kHour);
      write(**writer, kStart + kHour, {&one, 1});
      write_events(**writer, kStart + kHour, {{event(kStart + kHour)}});
      (*writer)->save_limit_counters({{{5, 5, 5, 5, 5}}, {}});
      (*writer)->roll_up(kStart + kHour);
      (*writer)->retain(kStart + 10 * kDay,
                        {std::chrono::hours(24), 1 << 20, std::chrono::hours(48)});
    }
    auto reader = Reader::open(scratch.path("damaged"));
    if (!reader.ok()) {
      CHECK_FALSE(reader.error().message.empty());
      ++refused;
      continue;
    }
    static_cast<void>(reader->logs({}).ok());
    static_cast<void>(reader->security({}).ok());
    static_cast<void>(reader->limit_counters().ok());
    static_cast<void>(reader->stats(window(kStart - kDay, kStart + kDay)).ok());
  }
  CHECK(refused > 0);
}

TEST_CASE("the names of all deciders stand beside the rows, and the view shows a row in words") {
  const Scratch scratch;
  {
    auto writer = Writer::open(scratch.path());
    REQUIRE(writer.ok());
    RequestRow one = row(kStart + 1'500'000, 404);
    one.decider = gateway::Decider::no_route;
    REQUIRE((*writer)->begin(kStart));
    REQUIRE((*writer)->append({&one, 1}));
    REQUIRE((*writer)->add_name(1, "samples"));
    REQUIRE((*writer)->commit());
  }
  SQLite::Database db(scratch.path(), SQLite::OPEN_READONLY);
  CHECK(db.execAndGet("SELECT count(*) FROM deciders").getInt() ==
        static_cast<int>(gateway::all_deciders().size()));
  SQLite::Statement view(db, "SELECT id, time, decider, route, service FROM requests_view");
  REQUIRE(view.executeStep());
  CHECK(view.getColumn(0).getString() == "01000000-0000-0000-0000-00000000000f");
  CHECK(view.getColumn(1).getString() == "2026-01-01T00:00:01.500000Z");
  CHECK(view.getColumn(2).getString() == "no-route");
  CHECK(view.getColumn(3).getString() == "samples");
  CHECK(view.getColumn(4).isNull());
}
