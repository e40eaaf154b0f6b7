#include "shared/store/inspect.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "shared/store/connection.h"
#include "shared/store/schema.h"

namespace gateway::store {
namespace {

// Steps of SQLite's machine between two looks at the clock: some milliseconds.
constexpr int kStepsBetween = 10'000;

int pragma(SQLite::Database& db, const char* name) {
  return db.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

int is_over(void* deadline) {
  return std::chrono::steady_clock::now() >= *static_cast<SteadyTime*>(deadline) ? 1 : 0;
}

// Fills in damage and whole.
void look_for_damage(SQLite::Database& db, milliseconds patience, Inspection& found) {
  SteadyTime deadline = std::chrono::steady_clock::now() + patience;
  ::sqlite3_progress_handler(db.getHandle(), kStepsBetween, is_over, &deadline);
  SQLite::Statement query(db, fmt::format("PRAGMA quick_check({})", kMaxDamage));
  for (;;) {
    const int status = query.tryExecuteStep();
    if (status == SQLITE_INTERRUPT) found.whole = false;
    if (status != SQLITE_ROW && status != SQLITE_DONE && status != SQLITE_INTERRUPT) {
      found.damage.emplace_back(db.getErrorMsg());
    }
    if (status != SQLITE_ROW) break;
    if (std::string line = query.getColumn(0).getString(); line != "ok") {
      found.damage.push_back(std::move(line));
    }
  }
  ::sqlite3_progress_handler(db.getHandle(), 0, nullptr, nullptr);
}

}  // namespace

Result<Inspection, OpenError> inspect(const std::string& path, milliseconds patience) {
  try {
    const auto db = connect_reader(path);
    Inspection found{pragma(*db, "user_version"), migrations().back().version, {}, true};
    const auto schema = check_schema(*db, migrations());
    const bool ours = pragma(*db, "application_id") == kApplicationId;
    if (!schema && !ours) return schema.error();
    look_for_damage(*db, patience, found);
    return found;
  } catch (const std::exception& failure) {
    return explain(path, failure);
  }
}

}  // namespace gateway::store
