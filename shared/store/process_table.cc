#include "shared/store/process_table.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "shared/store/column.h"
#include "shared/store/printable.h"

namespace gateway::store {

void insert_process_event(SQLite::Database& db, ProcessEvent::Kind kind, std::string_view version,
                          UnixMicros now) {
  SQLite::Statement insert(
      db, "INSERT INTO process_events (time, kind, pid, version) VALUES (?, ?, ?, ?)");
  insert.bind(1, now);
  insert.bind(2, static_cast<std::int32_t>(kind));
  insert.bind(3, static_cast<std::int64_t>(::getpid()));
  insert.bind(4, std::string(version));
  insert.exec();
}

std::vector<ProcessEvent> query_process_events(SQLite::Database& db, UnixMicros since,
                                               UnixMicros until) {
  SQLite::Statement rows(db,
                         "SELECT time, kind, pid, version FROM process_events WHERE time >= ? AND "
                         "time < ? ORDER BY time DESC, seq DESC LIMIT 1000");
  rows.bind(1, since);
  rows.bind(2, until);
  std::vector<ProcessEvent> events;
  while (rows.executeStep()) {
    events.push_back({rows.getColumn(0).getInt64(),
                      static_cast<ProcessEvent::Kind>(to_u32(rows, 1)),
                      rows.getColumn(2).getInt64(), printable(to_bytes(rows, 3))});
  }
  std::reverse(events.begin(), events.end());
  return events;
}

}  // namespace gateway::store
