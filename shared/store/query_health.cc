#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>

#include "shared/base/breaker_state.h"
#include "shared/base/health_state.h"
#include "shared/store/column.h"
#include "shared/store/name_lookup.h"
#include "shared/store/printable.h"
#include "shared/store/queries.h"
#include "shared/store/rollup_table.h"

namespace gateway::store {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

std::string state_name(std::span<const std::string_view> names, std::uint32_t state) {
  return state < names.size() ? std::string(names[state]) : std::to_string(state);
}

std::vector<Uuid> read_ids(std::string_view bytes) {
  std::vector<Uuid> ids;
  for (; bytes.size() >= sizeof(Uuid::bytes); bytes.remove_prefix(sizeof(Uuid::bytes))) {
    Uuid& id = ids.emplace_back();
    std::copy_n(bytes.begin(), id.bytes.size(), id.bytes.begin());
  }
  return ids;
}

// One query's walk over the three tables.
class HistorySearch {
 public:
  HistorySearch(SQLite::Database& db, const HistoryQuery& query)
      : db_(db),
        query_(query),
        limit_(std::clamp<std::size_t>(query.limit, 1, kMaxHistoryRows)),
        names_(db) {}

  HealthHistory run() {
    if (!query_.service.empty()) {
      service_ = names_.id(query_.service);
      if (!service_) return {};  // no row names it
    }
    read_health();
    read_breakers();
    read_checks();
    return std::move(history_);
  }

 private:
  const char* by_service(const char* with, const char* without) const {
    return service_ ? with : without;
  }

  SQLite::Statement newest(const char* table, const char* columns) {
    SQLite::Statement rows(
        db_, fmt::format("SELECT time, service, instance, from_state, to_state, reason, {} FROM {} "
                         "WHERE time >= ?1 AND time < ?2 {} ORDER BY time DESC, seq DESC LIMIT ?3",
                         columns, table, by_service("AND service = ?4", "AND ?4 IS NULL")));
    rows.bind(1, query_.since);
    rows.bind(2, query_.until);
    rows.bind(3, static_cast<std::int64_t>(limit_ + 1));
    if (service_) rows.bind(4, static_cast<std::int64_t>(*service_));
    return rows;
  }

  template <class Entry>
  void read_front(const SQLite::Statement& row, std::span<const std::string_view> states,
                  Entry& entry) {
    entry.time = row.getColumn(0).getInt64();
    entry.service = names_.name(to_u32(row, 1));
    entry.instance = names_.name(to_u32(row, 2));
    entry.from = state_name(states, to_u32(row, 3));
    entry.to = state_name(states, to_u32(row, 4));
    entry.reason = printable(to_bytes(row, 5));
  }

  // The newest of them, turned to oldest first.
  template <class Entry>
  void cut(std::vector<Entry>& entries) {
    if (entries.size() > limit_) {
      entries.resize(limit_);
      history_.complete = false;
    }
    std::reverse(entries.begin(), entries.end());
  }

  void read_health() {
    SQLite::Statement rows = newest("health_changes", "address");
    while (rows.executeStep()) {
      HealthChangeEntry& entry = history_.changes.emplace_back();
      read_front(rows, kHealthStateNames, entry);
      entry.address = printable(to_bytes(rows, 6));
    }
    cut(history_.changes);
  }

  void read_breakers() {
    SQLite::Statement rows = newest("breaker_changes", "requests, by_user");
    while (rows.executeStep()) {
      BreakerChangeEntry& entry = history_.breakers.emplace_back();
      read_front(rows, kBreakerStateNames, entry);
      entry.requests = read_ids(to_bytes(rows, 6));
      entry.by = printable(to_bytes(rows, 7));
    }
    cut(history_.breakers);
  }

  void read_checks() {
    SQLite::Statement rows(
        db_, fmt::format("SELECT service, instance, sum(passed), sum(failed), sum(sum_us), "
                         "max(max_us) FROM health_checks WHERE width = 3600 AND start >= ?1 AND "
                         "start < ?2 {} GROUP BY service, instance",
                         by_service("AND service = ?3", "AND ?3 IS NULL")));
    rows.bind(1, floor_to(query_.since / kMicrosPerSecond, kHour));
    rows.bind(2, (query_.until + kMicrosPerSecond - 1) / kMicrosPerSecond);
    if (service_) rows.bind(3, static_cast<std::int64_t>(*service_));
    while (rows.executeStep()) {
      CheckSum& sum = history_.checks.emplace_back();
      sum.service = names_.name(to_u32(rows, 0));
      sum.instance = names_.name(to_u32(rows, 1));
      sum.passed = to_u64(rows, 2);
      sum.failed = to_u64(rows, 3);
      const std::uint64_t checks = sum.passed + sum.failed;
      sum.mean_us = checks == 0 ? 0 : to_u64(rows, 4) / checks;
      sum.max_us = to_u64(rows, 5);
    }
    std::sort(history_.checks.begin(), history_.checks.end(),
              [](const CheckSum& a, const CheckSum& b) {
                return std::tie(a.service, a.instance) < std::tie(b.service, b.instance);
              });
  }

  SQLite::Database& db_;
  const HistoryQuery& query_;
  std::size_t limit_;
  NameLookup names_;
  std::optional<std::uint32_t> service_;
  HealthHistory history_;
};

}  // namespace

std::optional<BreakerChangeEntry> query_breaker_before(SQLite::Database& db,
                                                       const std::string& service,
                                                       UnixMicros time) {
  NameLookup names(db);
  const auto id = names.id(service);
  if (!id) return std::nullopt;
  SQLite::Statement row(
      db,
      "SELECT time, instance, from_state, to_state, reason, requests, by_user FROM breaker_changes "
      "WHERE time <= ?1 AND service = ?2 ORDER BY time DESC, seq DESC LIMIT 1");
  row.bind(1, time);
  row.bind(2, static_cast<std::int64_t>(*id));
  if (!row.executeStep()) return std::nullopt;
  BreakerChangeEntry entry;
  entry.time = row.getColumn(0).getInt64();
  entry.service = service;
  entry.instance = names.name(to_u32(row, 1));
  entry.from = state_name(kBreakerStateNames, to_u32(row, 2));
  entry.to = state_name(kBreakerStateNames, to_u32(row, 3));
  entry.reason = printable(to_bytes(row, 4));
  entry.requests = read_ids(to_bytes(row, 5));
  entry.by = printable(to_bytes(row, 6));
  return entry;
}

HealthHistory query_history(SQLite::Database& db, const HistoryQuery& query) {
  return HistorySearch(db, query).run();
}

}  // namespace gateway::store
