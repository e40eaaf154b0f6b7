#pragma once

#include <cstdint>
#include <memory>

#include "shared/store/rollup_cells.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace gateway::store {

// How far the rollups have come; see the schema for the columns of the same name.
struct RollupMarks {
  std::int64_t rows_to = 0;
  std::int64_t minutes_to = 0;
  std::int64_t minutes_from = 0;
  std::int64_t hours_from = 0;
};

RollupMarks read_marks(SQLite::Database& db);

// Writes rollups. Rows are first counted in minutes; minutes that are over are folded into their
// hour and their day. Every call runs inside the caller's transaction and throws SQLite::Exception.
class RollupTable {
 public:
  explicit RollupTable(SQLite::Database& db);
  ~RollupTable();

  // Adds the pending cells, which count the rows up to `last_row`, then folds what is over.
  void flush(const PendingRollups& pending, std::int64_t last_row, UnixMicros now);

  // Counts the rows that are written but in no rollup.
  void recover(PendingRollups& pending);

 private:
  void merge(std::int64_t width, const RollupKey& key, const RollupCell& cell);
  void fold(std::int64_t from, std::int64_t to);

  SQLite::Database& db_;
  std::unique_ptr<SQLite::Statement> merge_;
};

}  // namespace gateway::store
