#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <tuple>
#include <utility>

#include "shared/store/column.h"
#include "shared/store/name_lookup.h"
#include "shared/store/printable.h"
#include "shared/store/process_table.h"
#include "shared/store/queries.h"
#include "shared/store/rollup_table.h"

namespace gateway::store {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// start, service, class
using Key = std::tuple<std::int64_t, std::uint32_t, std::uint8_t>;
using Sums = std::map<Key, std::pair<std::uint64_t, Histogram>>;

void add_rollups(SQLite::Database& db, std::int64_t from, std::int64_t to, Sums& sums) {
  SQLite::Statement rows(db,
                         "SELECT start, service, class, requests, histogram FROM rollups "
                         "WHERE width = 60 AND start >= ? AND start < ?");
  rows.bind(1, from);
  rows.bind(2, to);
  while (rows.executeStep()) {
    auto& [requests, latency] = sums[{rows.getColumn(0).getInt64(), to_u32(rows, 1),
                                      static_cast<std::uint8_t>(to_u32(rows, 2))}];
    requests += to_u64(rows, 3);
    latency.merge_encoded(to_bytes(rows, 4));
  }
}

// The rows of the last seconds, which no rollup counts yet.
void add_new_rows(SQLite::Database& db, const RollupMarks& marks, std::int64_t from,
                  std::int64_t to, Sums& sums) {
  SQLite::Statement rows(
      db,
      "SELECT time, status, route, service, total_us, bytes_in, bytes_out FROM requests "
      "WHERE seq > ? AND time >= ? AND time < ?");
  rows.bind(1, marks.rows_to);
  rows.bind(2, from * kMicrosPerSecond);
  rows.bind(3, to * kMicrosPerSecond);
  while (rows.executeStep()) {
    const RollupSample sample = read_sample(rows);
    auto& [requests, latency] = sums[{floor_to(sample.time / kMicrosPerSecond, kMinute),
                                      sample.service, status_class(sample.status)}];
    ++requests;
    latency.add(sample.total_us);
  }
}

void add_rules(SQLite::Database& db, std::int64_t from, std::int64_t to, MinuteFigures& figures) {
  SQLite::Statement rows(
      db,
      "SELECT time / 60000000 * 60 AS minute, kind, ifnull(rule, ''), sum(count) FROM security "
      "WHERE time >= ? AND time < ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT ?");
  rows.bind(1, from * kMicrosPerSecond);
  rows.bind(2, to * kMicrosPerSecond);
  rows.bind(3, static_cast<std::int64_t>(kMaxRuleMinutes + 1));
  while (rows.executeStep()) {
    if (figures.rules.size() == kMaxRuleMinutes) {
      figures.complete = false;
      return;
    }
    figures.rules.push_back({rows.getColumn(0).getInt64(), decider_name(to_u32(rows, 1)),
                             printable(to_bytes(rows, 2)), to_u64(rows, 3)});
  }
}

}  // namespace

MinuteFigures query_minutes(SQLite::Database& db, UnixMicros since, UnixMicros until) {
  const std::int64_t from = floor_to(since / kMicrosPerSecond, kMinute);
  const std::int64_t to = until / kMicrosPerSecond;
  const RollupMarks marks = read_marks(db);
  Sums sums;
  add_rollups(db, from, to, sums);
  add_new_rows(db, marks, from, to, sums);
  MinuteFigures figures;
  figures.complete = marks.minutes_from <= from;
  NameLookup names(db);
  for (auto& [key, sum] : sums) {
    const auto& [start, service, status] = key;
    figures.services.push_back(
        {start, names.name(service), status, sum.first, std::move(sum.second)});
  }
  add_rules(db, from, to, figures);
  figures.processes = query_process_events(db, since, until);
  return figures;
}

}  // namespace gateway::store
