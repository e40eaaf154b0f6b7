#pragma once

#include <cstdint>
#include <string>

#include "shared/store/rollup_cells.h"
#include "shared/store/stats.h"

namespace SQLite {
class Database;
}

namespace gateway::store {

// The requests of one row of statistics.
struct StatsGroup {
  RollupCell cell;
  std::uint64_t errors = 0;

  void add(const RollupSample& sample);
};

StatsRow to_row(std::string key, const StatsGroup& group);

// The part of query_stats that goes through the rows; see in_rollups(). Throws SQLite::Exception.
Stats query_row_stats(SQLite::Database& db, const StatsQuery& query);

}  // namespace gateway::store
