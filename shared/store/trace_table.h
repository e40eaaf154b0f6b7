#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "shared/store/trace_row.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace gateway::store {

// Writes traces. Every call runs inside the caller's transaction and throws SQLite::Exception.
class TraceTable {
 public:
  explicit TraceTable(SQLite::Database& db);
  ~TraceTable();

  void append(std::span<const TraceRow> rows);
  // After an append() that threw.
  void reset();

 private:
  std::unique_ptr<SQLite::Statement> insert_;
};

// Deletes some of the oldest traces from before `before`; false when there are none.
bool delete_expired_traces(SQLite::Database& db, UnixMicros before);

// Deletes some traces when there are more than `most`: the oldest of the decider that has most of
// them, so that a flood of one kind of refusal does not push out all others.
bool delete_surplus_traces(SQLite::Database& db, std::uint64_t most);

}  // namespace gateway::store
