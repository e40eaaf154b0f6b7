#pragma once

#include <span>
#include <vector>

#include "shared/store/health_row.h"

namespace SQLite {
class Database;
}

namespace gateway::store {

// Writes of the health tables; each runs inside the caller's transaction and throws
// SQLite::Exception. They are rare: each prepares its statement anew.
void insert_health_changes(SQLite::Database& db, std::span<const HealthChangeRow> rows);
void insert_breaker_changes(SQLite::Database& db, std::span<const BreakerChangeRow> rows);
// Adds to what is there of the same minute and hour.
void add_health_checks(SQLite::Database& db, std::span<const HealthCheckCell> cells);
// Makes the file hold exactly these, the first kMaxSavedBreakers of them.
void replace_breakers(SQLite::Database& db, std::span<const SavedBreaker> breakers);

// What was last written, by service and instance.
std::vector<SavedBreaker> query_breakers(SQLite::Database& db);

}  // namespace gateway::store
