#include "shared/store/request_table.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "shared/store/connection.h"
#include "shared/store/schema.h"
#include "tests/unit/shared/store/rows.h"
#include "tests/unit/shared/store/scratch.h"

using namespace store_test;
using gateway::store::BatchPages;
using gateway::store::RequestTable;

namespace {

struct Store {
  Scratch scratch;
  std::unique_ptr<SQLite::Database> db;

  Store() : db(gateway::store::connect_writer(scratch.path())) {
    REQUIRE(gateway::store::migrate(*db, gateway::store::migrations()).ok());
    gateway::store::set_up_writer(*db);
  }
};

void write(SQLite::Database& db, RequestTable& table, std::span<const RequestRow> rows,
           std::int64_t seq) {
  table.restart();
  db.exec("BEGIN IMMEDIATE");
  table.append(rows, seq);
  table.finish();
  db.exec("COMMIT");
}

// Every row as SQLite reads it, beside what was given.
void check_all(SQLite::Database& db, const std::vector<RequestRow>& rows, std::int64_t seq) {
  SQLite::Statement query(
      db,
      "SELECT seq, time, status, route, service, total_us, bytes_in, bytes_out, upstream_us, "
      "decider, retries, instance, revision, id, method, host, path, query, client, user "
      "FROM requests ORDER BY seq");
  for (const RequestRow& row : rows) {
    REQUIRE(query.executeStep());
    const std::array<std::int64_t, 13> numbers = {seq++,
                                                  row.time,
                                                  row.status,
                                                  row.route,
                                                  row.service,
                                                  row.total_us,
                                                  static_cast<std::int64_t>(row.bytes_in),
                                                  static_cast<std::int64_t>(row.bytes_out),
                                                  row.upstream_us,
                                                  static_cast<std::int64_t>(row.decider),
                                                  row.retries,
                                                  row.instance,
                                                  row.revision};
    int column = 0;
    for (const std::int64_t number : numbers) {
      const SQLite::Column got = query.getColumn(column++);
      REQUIRE(got.isInteger());
      REQUIRE(got.getInt64() == number);
    }
    const SQLite::Column id = query.getColumn(column++);
    REQUIRE(id.isBlob());
    REQUIRE(id.getString() == std::string(row.id.bytes.begin(), row.id.bytes.end()));
    for (const std::string_view text :
         {row.method, row.host, row.path, row.query, row.client, row.user}) {
      const SQLite::Column got = query.getColumn(column++);
      REQUIRE((text.empty() ? got.isNull() : got.isText()));
      REQUIRE(got.getString() == text);
    }
  }
  CHECK(!query.executeStep());
  CHECK(db.execAndGet("PRAGMA main.integrity_check").getString() == "ok");
}

}  // namespace

TEST_CASE("numbers and texts of every width are what SQLite reads") {
  const Store store;
  RequestTable table(*store.db);
  std::vector<std::string> texts;
  for (const std::size_t size : {0, 1, 57, 58, 127, 128, 8185, 8186, 16383, 16384, 60000}) {
    texts.emplace_back(size, 'x');
  }
  std::vector<RequestRow> rows;
  for (int bit = 0; bit < 64; ++bit) {
    for (const int beside : {-1, 0, 1}) {
      const std::uint64_t value = (std::uint64_t{1} << bit) + static_cast<std::uint64_t>(beside);
      RequestRow one = row(static_cast<std::int64_t>(value));
      one.bytes_in = value;
      one.total_us = static_cast<std::uint32_t>(value);
      one.status = static_cast<std::uint16_t>(value);
      one.retries = static_cast<std::uint8_t>(value);
      rows.push_back(one);
    }
  }
  for (const std::string& text : texts) {
    RequestRow one = row(kStart);
    one.path = text;
    rows.push_back(one);
    one.path = "/";
    one.user = text;
    one.method = {};
    rows.push_back(one);
  }
  write(*store.db, table, rows, 1);
  check_all(*store.db, rows, 1);
}

TEST_CASE("random rows, batch after batch, under rising numbers") {
  const Store store;
  RequestTable table(*store.db);
  std::mt19937_64 random(7);
  const std::string text(3000, 'y');
  const auto some_text = [&] {
    return std::string_view(text).substr(0, random() % 3000 >> (random() % 12));
  };
  std::vector<RequestRow> all;
  std::int64_t seq = 1'000'000'000'000;  // a number of six bytes
  const std::int64_t first = seq;
  for (int batch = 0; batch < 40; ++batch) {
    std::vector<RequestRow> rows(random() % 400);
    for (RequestRow& one : rows) {
      one = row(static_cast<std::int64_t>(random() >> 12));
      for (std::uint8_t& byte : one.id.bytes) byte = static_cast<std::uint8_t>(random());
      one.bytes_out = random() >> (1 + random() % 63);
      one.route = static_cast<std::uint32_t>(random() >> (32 + random() % 32));
      one.path = some_text();
      one.query = some_text();
      one.user = some_text();
    }
    write(*store.db, table, rows, seq);
    seq += static_cast<std::int64_t>(rows.size());
    all.insert(all.end(), rows.begin(), rows.end());
  }
  check_all(*store.db, all, first);
}

TEST_CASE("more rows than the file in memory holds, and rows larger than a page of it") {
  const Store store;
  RequestTable table(*store.db);
  const std::string path(2000, 'p');
  const std::string huge(BatchPages::kPageSize, 'h');
  std::vector<RequestRow> rows(BatchPages::kBytes / 2000 + 500, row(kStart));
  for (RequestRow& one : rows) one.path = path;
  rows.front().query = huge;
  rows[100].query = huge;
  rows.back().query = huge;
  write(*store.db, table, rows, 5);
  check_all(*store.db, rows, 5);
  std::vector<RequestRow> small(BatchPages::kMaxRows + 1);  // none of whose pages is full by bytes
  write(*store.db, table, small, 100'000);
  rows.insert(rows.end(), small.begin(), small.end());
  CHECK(store.db->execAndGet("SELECT count(*) FROM requests").getInt() ==
        static_cast<int>(rows.size()));
}

TEST_CASE("what a transaction took back does not come again") {
  const Store store;
  RequestTable table(*store.db);
  const std::vector<RequestRow> lost(300, row(kStart, 500));
  table.restart();
  store.db->exec("BEGIN IMMEDIATE");
  table.append(lost, 1);
  table.finish();
  store.db->exec("ROLLBACK");
  table.append(lost, 1);  // a transaction that failed before its end
  const std::vector<RequestRow> kept(3, row(kStart));
  write(*store.db, table, kept, 1);
  check_all(*store.db, kept, 1);
}

TEST_CASE("a number that is taken is refused, and nothing of the batch is kept") {
  const Store store;
  RequestTable table(*store.db);
  const std::vector<RequestRow> rows(3, row(kStart));
  write(*store.db, table, rows, 1);
  table.restart();
  store.db->exec("BEGIN IMMEDIATE");
  table.append(rows, 3);
  CHECK_THROWS_AS(table.finish(), SQLite::Exception);
  store.db->exec("ROLLBACK");
  check_all(*store.db, rows, 1);
}

TEST_CASE("SQLite copies rows without taking them apart") {
  const Store store;
  const RequestTable table(*store.db);
  SQLite::Statement program(*store.db, "EXPLAIN INSERT INTO requests SELECT * FROM batch.rows0");
  std::vector<std::string> steps;
  while (program.executeStep()) steps.push_back(program.getColumn(1).getString());
  CHECK(std::find(steps.begin(), steps.end(), "RowData") != steps.end());
  CHECK(std::find(steps.begin(), steps.end(), "Column") == steps.end());
  CHECK(std::find(steps.begin(), steps.end(), "MakeRecord") == steps.end());
}

TEST_CASE("a file whose schema has a second statement behind that of requests runs none of it") {
  const Store store;
  const std::string other = store.scratch.path("other.db");
  store.db->exec("PRAGMA writable_schema = 1");
  SQLite::Statement change(*store.db, "UPDATE sqlite_schema SET sql = sql || ? WHERE name = ?");
  change.bind(1, "; ATTACH '" + other + "' AS x; CREATE TABLE x.made (a)");
  change.bind(2, "requests");
  REQUIRE(change.exec() == 1);
  RequestTable table(*store.db);
  const std::vector<RequestRow> rows(3, row(kStart));
  write(*store.db, table, rows, 1);
  check_all(*store.db, rows, 1);
  CHECK(!std::filesystem::exists(other));
}

TEST_CASE("a table of requests that is made otherwise is an error, not damage") {
  for (const char* made : {"(seq TEXT, time INTEGER UNIQUE)", "(seq INTEGER PRIMARY KEY, time)",
                           "(a PRIMARY KEY) WITHOUT ROWID", "(seq INTEGER CHECK (seq < 2))"}) {
    CAPTURE(made);
    const Store store;
    store.db->exec("DROP TABLE requests");
    store.db->exec(std::string("CREATE TABLE requests ") + made);
    const std::vector<RequestRow> rows(3, row(kStart));
    const auto use = [&] {
      RequestTable table(*store.db);
      write(*store.db, table, rows, 1);
    };
    CHECK_THROWS_AS(use(), std::exception);
    store.db->tryExec("ROLLBACK");
    CHECK(store.db->execAndGet("PRAGMA main.integrity_check").getString() == "ok");
  }
}
