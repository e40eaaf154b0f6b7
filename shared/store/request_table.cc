#include "shared/store/request_table.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "shared/store/row_cell.h"

namespace gateway::store {
namespace {

// What stands behind the name: tables that look the same have the same text there.
std::string columns_of_requests(SQLite::Database& db) {
  const std::string sql =
      db.execAndGet("SELECT sql FROM sqlite_schema WHERE name = 'requests'").getString();
  return sql.substr(std::min(sql.find('('), sql.size()));
}

void bind(SQLite::Statement& statement, int column, std::string_view text) {
  if (text.empty()) return statement.bind(column);
  statement.bind(column, std::string(text));
}

}  // namespace

RequestTable::RequestTable(SQLite::Database& db)
    : db_(db), pages_(columns_of_requests(db)), file_(pages_.bytes()) {
  SQLite::Statement attach(db, "ATTACH ? AS batch");
  attach.bind(1, file_.uri());
  attach.exec();
  db.exec("PRAGMA batch.cache_size = 2");  // a page is read once
  for (std::size_t i = 0; i < BatchPages::kTables; ++i) {
    copies_.emplace_back(db, fmt::format("INSERT INTO requests SELECT * FROM batch.rows{}", i));
  }
  insert_ = std::make_unique<SQLite::Statement>(
      db, "INSERT INTO requests VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
}

RequestTable::~RequestTable() {
  copies_.clear();
  insert_.reset();
  if (sqlite3_get_autocommit(db_.getHandle()) == 0) db_.tryExec("ROLLBACK");
  db_.tryExec("DETACH batch");
}

void RequestTable::restart() {
  for (SQLite::Statement& copy : copies_) copy.tryReset();
  insert_->tryReset();
  pages_.restart();
}

void RequestTable::append(std::span<const RequestRow> rows, std::int64_t seq) {
  for (const RequestRow& row : rows) {
    if (!pages_.add(row, seq)) {
      copy_page();
      if (!pages_.add(row, seq)) insert(row, seq);
    }
    ++seq;
  }
}

void RequestTable::copy_page() {
  if (pages_.rows() == 0) return;
  SQLite::Statement& copy = copies_[pages_.table()];
  copy.exec();
  copy.reset();
  pages_.next();
}

// For a row larger than a page, and for those of a batch that the file has no room for: 2,000 rows
// with paths and queries of 500 bytes and more.
void RequestTable::insert(const RequestRow& row, std::int64_t seq) {
  SQLite::Statement& to = *insert_;
  const RowColumns columns(row);
  int column = 0;
  to.bind(++column, seq);
  for (const std::int64_t number : columns.numbers) to.bind(++column, number);
  to.bindNoCopy(++column, row.id.bytes.data(), static_cast<int>(row.id.bytes.size()));
  for (const std::string_view text : columns.texts) bind(to, ++column, text);
  to.exec();
  to.reset();
  to.clearBindings();
}

}  // namespace gateway::store
