#pragma once

#include <span>
#include <string>

#include "shared/base/result.h"
#include "shared/store/open_error.h"

namespace SQLite {
class Database;
}

namespace gateway::store {

// One step of the schema, from version - 1 to version.
struct Migration {
  int version;
  const char* sql;
};

// Every step since the empty file, in order. A released step never changes: a new version is one
// more entry.
std::span<const Migration> migrations();

// Marks a SQLite file as gatewayd's (PRAGMA application_id).
inline constexpr int kApplicationId = 0x67777964;

// What stands at the end of a migration.
struct SchemaVersion {
  int number = 0;
};

// Brings the database to the last of `steps`, all of them in one transaction. Refuses a newer
// schema and a database of another program; the file is then as it was. `db` must be writable.
Result<SchemaVersion, OpenError> migrate(SQLite::Database& db, std::span<const Migration> steps);

// For a reader: the schema must be exactly that of `steps`.
Result<SchemaVersion, OpenError> check_schema(SQLite::Database& db,
                                              std::span<const Migration> steps);

}  // namespace gateway::store
