#pragma once

#include <string_view>
#include <vector>

#include "shared/store/process_event.h"

namespace SQLite {
class Database;
}

namespace gateway::store {

// Starts and stops. Both run inside the caller's transaction and throw SQLite::Exception.
void insert_process_event(SQLite::Database& db, ProcessEvent::Kind kind, std::string_view version,
                          UnixMicros now);
// Those of a window, oldest first, the newest 1,000 of them.
std::vector<ProcessEvent> query_process_events(SQLite::Database& db, UnixMicros since,
                                               UnixMicros until);

}  // namespace gateway::store
