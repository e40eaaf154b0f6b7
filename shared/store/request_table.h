#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>

#include "shared/store/batch_pages.h"
#include "shared/store/memory_file.h"
#include "shared/store/request_row.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace gateway::store {

// Adds rows to the table requests. SQLite copies a row from one table to another that looks the
// same without taking it apart (the transfer optimization of INSERT ... SELECT). So rows are laid
// out here as its file format has them, in a file in memory, and one statement copies a page of
// them. Throws SQLite::Exception.
class RequestTable {
 public:
  // The connection takes URIs, is in no transaction, and outlives this.
  explicit RequestTable(SQLite::Database& db);
  ~RequestTable();
  RequestTable(const RequestTable&) = delete;
  RequestTable& operator=(const RequestTable&) = delete;

  // To be called before each transaction with rows, and after one that failed.
  void restart();

  // Adds rows, of any number and size, under the numbers from `seq` on. The last of them are in the
  // table when finish() has returned.
  void append(std::span<const RequestRow> rows, std::int64_t seq);

  void finish() { copy_page(); }

 private:
  void copy_page();
  void insert(const RequestRow& row, std::int64_t seq);

  SQLite::Database& db_;
  BatchPages pages_;
  MemoryFile file_;
  std::deque<SQLite::Statement> copies_;  // one for each table of the file
  std::unique_ptr<SQLite::Statement> insert_;
};

}  // namespace gateway::store
