#include "shared/store/trace_table.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

namespace gateway::store {
namespace {

constexpr std::int64_t kTracesAUnit = 500;

}  // namespace

TraceTable::TraceTable(SQLite::Database& db)
    : insert_(std::make_unique<SQLite::Statement>(
          db, "INSERT INTO traces (time, decider, id, trace) VALUES (?, ?, ?, ?)")) {}

TraceTable::~TraceTable() = default;

void TraceTable::append(std::span<const TraceRow> rows) {
  for (const TraceRow& row : rows) {
    insert_->bind(1, row.time);
    insert_->bind(2, static_cast<std::int32_t>(row.decider));
    insert_->bindNoCopy(3, row.id.bytes.data(), static_cast<int>(row.id.bytes.size()));
    insert_->bindNoCopy(4, row.bytes.data(), static_cast<int>(row.bytes.size()));
    insert_->exec();
    insert_->reset();
  }
  insert_->clearBindings();
}

void TraceTable::reset() {
  insert_->tryReset();
}

// Of the oldest any that is too old, not the first alone: one that a clock set far ahead has
// stamped must not hold up those behind it.
bool delete_expired_traces(SQLite::Database& db, UnixMicros before) {
  SQLite::Statement gone(db,
                         "DELETE FROM traces WHERE time < ?1 AND seq IN "
                         "(SELECT seq FROM traces ORDER BY seq LIMIT ?2)");
  gone.bind(1, before);
  gone.bind(2, kTracesAUnit);
  return gone.exec() > 0;
}

bool delete_surplus_traces(SQLite::Database& db, std::uint64_t most) {
  // The distance is never less than their number and costs no scan.
  const auto distance =
      static_cast<std::uint64_t>(db.execAndGet("SELECT ifnull((SELECT max(seq) FROM traces) - "
                                               "(SELECT min(seq) FROM traces) + 1, 0)")
                                     .getInt64());
  if (distance <= most) return false;
  SQLite::Statement counts(
      db, "SELECT decider, count(*) FROM traces GROUP BY decider ORDER BY 2 DESC, 1");
  std::uint64_t all = 0;
  std::int32_t decider = 0;
  std::uint64_t largest = 0;
  while (counts.executeStep()) {
    const auto count = static_cast<std::uint64_t>(counts.getColumn(1).getInt64());
    if (count > largest) {
      largest = count;
      decider = counts.getColumn(0).getInt();
    }
    all += count;
  }
  if (all <= most) return false;
  SQLite::Statement gone(db,
                         "DELETE FROM traces WHERE seq IN "
                         "(SELECT seq FROM traces WHERE decider = ? ORDER BY seq LIMIT ?)");
  gone.bind(1, decider);
  gone.bind(2, std::min<std::int64_t>(static_cast<std::int64_t>(all - most), kTracesAUnit));
  return gone.exec() > 0;
}

}  // namespace gateway::store
