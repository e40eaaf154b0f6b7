#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "shared/store/request_row.h"

namespace gateway::store {

// A database file of SQLite's in memory (https://sqlite.org/fileformat2.html) with the tables
// rows0, rows1, ... that look like requests. SQLite makes the file; the rows are put into it here,
// one leaf page a table. A table is filled, then read, and not touched again before restart().
class BatchPages {
 public:
  static constexpr std::size_t kPageSize = 65536;  // SQLite's largest
  static constexpr std::size_t kTables = 16;
  static constexpr std::size_t kBytes = (1 + kTables) * kPageSize;
  static constexpr std::size_t kMaxRows = 1024;  // of a table

  // `columns`: those of requests, with their brackets, as CREATE TABLE names them.
  explicit BatchPages(std::string_view columns);

  // Fills the first table again. Whoever reads the file afterwards sees that it has changed.
  void restart();

  // Adds a row to the table that is being filled. False, and nothing added, when it has no room.
  bool add(const RequestRow& row, std::int64_t seq);

  // The next table is filled from now on.
  void next();

  // The table that is being filled; kTables when all are full.
  std::size_t table() const { return table_; }
  std::size_t rows() const { return rows_; }  // in it

  std::span<const std::uint8_t> bytes() const { return {bytes_.get(), kBytes}; }

 private:
  void start_page();
  std::uint8_t* page() const { return bytes_.get() + (1 + table_) * kPageSize; }

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t table_ = 0;
  std::size_t rows_ = 0;
  std::uint8_t* end_ = nullptr;  // of the last cell
};

}  // namespace gateway::store
