#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "shared/store/request_row.h"
#include "shared/store/row_groups.h"
#include "shared/store/word_set.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace gateway::store {

// Rows of one block. A block costs a search of it when one row may match, and one row of the table
// when none does.
inline constexpr std::int64_t kBlockRows = 1024;

// An id whose own time (RFC 9562 §5.7) is as close as this to the row's is found by the times of
// its block; of others, which clients gave, the block keeps the word.
inline constexpr UnixMicros kIdNearTime = 1'000'000;

// The time that a UUIDv7 of these 16 bytes tells.
UnixMicros time_of_id(const std::uint8_t* bytes);

// Keeps the blocks beside the rows: see the table. A block is written once it holds kBlockRows, or
// when the log is closed; the rows since then are few enough to be searched. Rows of another writer
// in between end it. Costs some 20 to 60 ns a row. Every call runs inside the caller's transaction
// and throws SQLite::Exception.
class BlockTable {
 public:
  explicit BlockTable(SQLite::Database& db);
  ~BlockTable();

  // `rows` were appended, the last as `last_seq`.
  void note(std::span<const RequestRow> rows, std::int64_t last_seq);
  void save();

  // Rows that were noted are gone, after a rollback: they are left without a block.
  void restart();

 private:
  void add(const RequestRow& row, std::int64_t seq);

  std::int64_t first_ = 0;
  std::int64_t last_ = 0;  // below first_: no row yet
  UnixMicros min_time_ = 0;
  UnixMicros max_time_ = 0;
  RowGroups groups_;
  WordSet words_;
  std::unique_ptr<SQLite::Statement> insert_;
};

}  // namespace gateway::store
