#pragma once

#include <memory>
#include <span>

#include "shared/store/security_row.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace gateway::store {

// Writes security events. Every call runs inside the caller's transaction and throws
// SQLite::Exception.
class SecurityTable {
 public:
  explicit SecurityTable(SQLite::Database& db);
  ~SecurityTable();

  void append(std::span<const SecurityRow> rows);
  void reset();  // after a rollback

 private:
  std::unique_ptr<SQLite::Statement> insert_;
};

}  // namespace gateway::store
