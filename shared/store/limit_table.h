#pragma once

#include "shared/store/limit_counters.h"

namespace SQLite {
class Database;
}

namespace gateway::store {

// Makes the file hold exactly `counters`, cut to `most` rows; of rows with the same id the one used
// last counts. Only what changed is written. Runs inside the caller's transaction; throws
// SQLite::Exception.
void replace_limit_counters(SQLite::Database& db, LimitCounters counters,
                            std::size_t most = kMaxLimitCounters);

// What was last written, by rising id; no rows and a key of zeros when nothing was. Throws
// SQLite::Exception.
LimitCounters query_limit_counters(SQLite::Database& db);

}  // namespace gateway::store
