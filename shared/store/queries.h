#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shared/store/health_logs.h"
#include "shared/store/logs.h"
#include "shared/store/reader.h"
#include "shared/store/security_logs.h"
#include "shared/store/stats.h"

namespace SQLite {
class Database;
}

namespace gateway::store {

// The reader's queries over an open connection, each inside the caller's read transaction. They
// throw SQLite::Exception.
LogPage query_logs(SQLite::Database& db, const LogFilter& filter);
SecurityPage query_security(SQLite::Database& db, const SecurityFilter& filter);
HealthHistory query_history(SQLite::Database& db, const HistoryQuery& query);
Stats query_stats(SQLite::Database& db, const StatsQuery& query);
FoundRequest query_request(SQLite::Database& db, const Uuid& id);
std::optional<BreakerChangeEntry> query_breaker_before(SQLite::Database& db,
                                                       const std::string& service, UnixMicros time);
MinuteFigures query_minutes(SQLite::Database& db, UnixMicros since, UnixMicros until);
std::vector<Revision> query_revisions(SQLite::Database& db, std::size_t limit);

}  // namespace gateway::store
