#include "shared/store/health_table.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "shared/store/column.h"
#include "shared/store/printable.h"
#include "shared/store/rollup_table.h"

namespace gateway::store {
namespace {

constexpr const char* kAddChecks = R"sql(
INSERT INTO health_checks VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (width, start, service, instance) DO UPDATE SET
  passed = passed + excluded.passed,
  failed = failed + excluded.failed,
  sum_us = sum_us + excluded.sum_us,
  max_us = max(max_us, excluded.max_us)
)sql";

std::string bytes_of(const std::vector<Uuid>& ids) {
  std::string bytes;
  const std::size_t first = ids.size() > kMaxCausingRequests ? ids.size() - kMaxCausingRequests : 0;
  for (std::size_t i = first; i < ids.size(); ++i) {
    bytes.append(ids[i].bytes.begin(), ids[i].bytes.end());
  }
  return bytes;
}

void add_cell(SQLite::Statement& add, std::int64_t width, const HealthCheckCell& cell) {
  add.bind(1, width);
  add.bind(2, floor_to(cell.minute, width));
  add.bind(3, static_cast<std::int64_t>(cell.service));
  add.bind(4, static_cast<std::int64_t>(cell.instance));
  add.bind(5, static_cast<std::int64_t>(cell.passed));
  add.bind(6, static_cast<std::int64_t>(cell.failed));
  add.bind(7, static_cast<std::int64_t>(cell.sum_us));
  add.bind(8, static_cast<std::int64_t>(cell.max_us));
  add.exec();
  add.reset();
}

}  // namespace

void insert_health_changes(SQLite::Database& db, std::span<const HealthChangeRow> rows) {
  SQLite::Statement insert(db,
                           "INSERT INTO health_changes (time, service, instance, address, "
                           "from_state, to_state, reason) VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const HealthChangeRow& row : rows) {
    insert.bind(1, row.time);
    insert.bind(2, static_cast<std::int64_t>(row.service));
    insert.bind(3, static_cast<std::int64_t>(row.instance));
    insert.bind(4, row.address);
    insert.bind(5, static_cast<std::int32_t>(row.from));
    insert.bind(6, static_cast<std::int32_t>(row.to));
    insert.bind(7, row.reason);
    insert.exec();
    insert.reset();
  }
}

void insert_breaker_changes(SQLite::Database& db, std::span<const BreakerChangeRow> rows) {
  SQLite::Statement insert(db,
                           "INSERT INTO breaker_changes (time, service, instance, from_state, "
                           "to_state, reason, requests, by_user) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  for (const BreakerChangeRow& row : rows) {
    const std::string requests = bytes_of(row.requests);
    insert.bind(1, row.time);
    insert.bind(2, static_cast<std::int64_t>(row.service));
    insert.bind(3, static_cast<std::int64_t>(row.instance));
    insert.bind(4, static_cast<std::int32_t>(row.from));
    insert.bind(5, static_cast<std::int32_t>(row.to));
    insert.bind(6, row.reason);
    insert.bind(7, requests.data(), static_cast<int>(requests.size()));
    insert.bind(8, row.by);
    insert.exec();
    insert.reset();
  }
}

void add_health_checks(SQLite::Database& db, std::span<const HealthCheckCell> cells) {
  SQLite::Statement add(db, kAddChecks);
  for (const std::int64_t width : {kMinute, kHour}) {
    for (const HealthCheckCell& cell : cells) add_cell(add, width, cell);
  }
}

void replace_breakers(SQLite::Database& db, std::span<const SavedBreaker> breakers) {
  db.exec("DELETE FROM breakers");
  SQLite::Statement insert(db, "INSERT OR REPLACE INTO breakers VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const SavedBreaker& one : breakers.first(std::min(breakers.size(), kMaxSavedBreakers))) {
    insert.bind(1, one.service);
    insert.bind(2, one.instance);
    insert.bind(3, static_cast<std::int32_t>(one.state));
    insert.bind(4, one.since);
    insert.bind(5, one.until);
    insert.bind(6, one.reason);
    insert.bind(7, one.by);
    insert.exec();
    insert.reset();
  }
}

std::vector<SavedBreaker> query_breakers(SQLite::Database& db) {
  std::vector<SavedBreaker> breakers;
  SQLite::Statement rows(db,
                         "SELECT service, instance, state, since, until, reason, by_user "
                         "FROM breakers ORDER BY service, instance LIMIT ?");
  rows.bind(1, static_cast<std::int64_t>(kMaxSavedBreakers));
  while (rows.executeStep()) {
    SavedBreaker& one = breakers.emplace_back();
    one.service = to_bytes(rows, 0);
    one.instance = to_bytes(rows, 1);
    const std::uint32_t state = to_u32(rows, 2);
    one.state =
        state < kBreakerStateNames.size() ? static_cast<BreakerState>(state) : BreakerState::closed;
    one.since = rows.getColumn(3).getInt64();
    one.until = rows.getColumn(4).getInt64();
    one.reason = printable(to_bytes(rows, 5));
    one.by = printable(to_bytes(rows, 6));
  }
  return breakers;
}

}  // namespace gateway::store
