#pragma once

#include <cstdint>
#include <memory>

#include "shared/store/logs.h"
#include "shared/store/row_groups.h"
#include "shared/store/word_set.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace gateway::store {

// What a filter asks of a whole block.
struct BlockFilter {
  std::optional<UnixMicros> since;
  std::optional<UnixMicros> until;
  GroupFilter groups;
  WordProbe words;
  std::optional<Uuid> id;
};

// Rows first to last, both included.
struct RowRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool search = true;  // false: no row in it can match
  bool block = false;  // false: no block covers it
};

// Cuts the rows from `low` to `high` into the blocks and the gaps between them, from one end to the
// other. Inside the caller's read transaction; throws SQLite::Exception.
class BlockWalk {
 public:
  enum class Order : std::uint8_t { newest_first, oldest_first };

  // `filter` must outlive this.
  BlockWalk(SQLite::Database& db, const BlockFilter& filter, Order order, std::int64_t low,
            std::int64_t high);
  ~BlockWalk();

  // The next range; false at the end. Ranges that need no search come joined.
  bool next(RowRange& range);

 private:
  bool step(RowRange& range);
  bool read_block();
  bool may_match() const;

  SQLite::Database& db_;
  const BlockFilter& filter_;
  const Order order_;
  std::int64_t low_;
  std::int64_t high_;
  std::unique_ptr<SQLite::Statement> blocks_;
  bool has_block_ = false;
  std::int64_t block_first_ = 0;
  std::int64_t block_last_ = 0;
  RowRange held_;
  bool holds_ = false;
};

}  // namespace gateway::store
