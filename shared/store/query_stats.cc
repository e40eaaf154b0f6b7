#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>

#include "shared/store/column.h"
#include "shared/store/name_lookup.h"
#include "shared/store/queries.h"
#include "shared/store/rollup_table.h"
#include "shared/store/stats_group.h"

namespace gateway::store {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

std::int64_t ceil_to(std::int64_t time, std::int64_t width) {
  const std::int64_t floor = floor_to(time, width);
  return floor == time ? time : floor + width;
}

// Unix seconds; `to` is exclusive.
struct Window {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

// Rollups of one width that start in a window.
struct Slice {
  std::int64_t width = kMinute;
  Window window;
};

// Widened to what the rollups can tell: see StatsQuery.
Window widen(const StatsQuery& query, const RollupMarks& marks) {
  Window window{floor_to(floor_to(query.since, kMicrosPerSecond) / kMicrosPerSecond, kMinute),
                ceil_to(ceil_to(query.until, kMicrosPerSecond) / kMicrosPerSecond, kMinute)};
  const auto width_at = [&](std::int64_t time) {
    return time < marks.hours_from ? kDay : time < marks.minutes_from ? kHour : kMinute;
  };
  window.from = floor_to(window.from, width_at(window.from));
  window.to = ceil_to(window.to, width_at(window.to));
  window.to = std::max(window.to, window.from);
  return window;
}

// Days where they lie wholly inside, else hours, else minutes. What is not folded yet (from
// minutes_to on) stands in minutes alone.
std::vector<Slice> slices(const Window& window, const RollupMarks& marks) {
  const auto [from, to] = Window{window.from, std::min(window.to, marks.minutes_to)};
  std::vector<Slice> out{{kMinute, {std::max(window.from, marks.minutes_to), window.to}}};
  const Window hours{ceil_to(from, kHour), floor_to(to, kHour)};
  const Window days{ceil_to(from, kDay), floor_to(to, kDay)};
  if (hours.from >= hours.to) {
    out.push_back({kMinute, {from, to}});
    return out;
  }
  out.push_back({kMinute, {from, hours.from}});
  out.push_back({kMinute, {hours.to, to}});
  if (days.from >= days.to) {
    out.push_back({kHour, hours});
    return out;
  }
  out.push_back({kHour, {hours.from, days.from}});
  out.push_back({kHour, {days.to, hours.to}});
  out.push_back({kDay, days});
  return out;
}

using Group = StatsGroup;

class StatsSum {
 public:
  StatsSum(StatsBy by, std::optional<std::uint32_t> route, std::optional<std::uint32_t> service)
      : by_(by), route_(route), service_(service) {}

  // The group that counts these, none when the query leaves them out.
  Group* group(std::uint32_t route, std::uint32_t service, std::uint32_t status_class) {
    if ((route_ && route != *route_) || (service_ && service != *service_)) return nullptr;
    const std::uint32_t key = by_ == StatsBy::route     ? route
                              : by_ == StatsBy::service ? service
                                                        : status_class;
    return &groups_[key];
  }

  void add_rollup(const SQLite::Statement& row) {
    const std::uint32_t status_class = to_u32(row, 2);
    Group* into = group(to_u32(row, 0), to_u32(row, 1), status_class);
    if (into == nullptr) return;
    const std::uint64_t requests = to_u64(row, 3);
    RollupCell& cell = into->cell;
    cell.requests += requests;
    cell.bytes_in += to_u64(row, 4);
    cell.bytes_out += to_u64(row, 5);
    cell.sum_us += to_u64(row, 6);
    cell.max_us = std::max(cell.max_us, to_u32(row, 7));
    cell.latency.merge_encoded(to_bytes(row, 8));
    if (status_class == 5) into->errors += requests;
  }

  void add_sample(const RollupSample& sample) {
    const std::uint8_t status = status_class(sample.status);
    Group* into = group(sample.route, sample.service, status);
    if (into == nullptr) return;
    into->add(sample);
  }

  const std::unordered_map<std::uint32_t, Group>& groups() const { return groups_; }

 private:
  StatsBy by_;
  std::optional<std::uint32_t> route_;
  std::optional<std::uint32_t> service_;
  std::unordered_map<std::uint32_t, Group> groups_;
};

void add_rollups(SQLite::Database& db, const Window& window, const RollupMarks& marks,
                 StatsSum& sum) {
  SQLite::Statement rollups(
      db,
      "SELECT route, service, class, requests, bytes_in, bytes_out, sum_us, max_us, histogram "
      "FROM rollups WHERE width = ? AND start >= ? AND start < ?");
  for (const Slice& slice : slices(window, marks)) {
    if (slice.window.from >= slice.window.to) continue;
    rollups.reset();
    rollups.bind(1, slice.width);
    rollups.bind(2, slice.window.from);
    rollups.bind(3, slice.window.to);
    while (rollups.executeStep()) sum.add_rollup(rollups);
  }
}

// The rows of the last seconds, which no rollup counts yet; runs of them that all started outside
// of the window are passed over, so that a window that is long over costs next to nothing.
void add_new_rows(SQLite::Database& db, const Window& window, const RollupMarks& marks,
                  StatsSum& sum) {
  const std::int64_t since = window.from * kMicrosPerSecond;
  const std::int64_t until = window.to * kMicrosPerSecond;
  SQLite::Statement rows(db,
                         "SELECT time, status, route, service, total_us, bytes_in, bytes_out "
                         "FROM requests WHERE seq > ? AND seq < ? AND time >= ? AND time < ?");
  const auto add = [&](std::int64_t after, std::int64_t before) {
    if (before - after < 2) return;
    rows.reset();
    rows.bind(1, after);
    rows.bind(2, before);
    rows.bind(3, since);
    rows.bind(4, until);
    while (rows.executeStep()) sum.add_sample(read_sample(rows));
  };
  SQLite::Statement others(
      db,
      "SELECT first, last FROM blocks WHERE last > ?1 AND (max_time < ?2 OR min_time >= ?3) AND "
      "first >= ifnull((SELECT max(first) FROM blocks WHERE first <= ?1), 0) ORDER BY first");
  others.bind(1, marks.rows_to);
  others.bind(2, since);
  others.bind(3, until);
  std::int64_t after = marks.rows_to;
  while (others.executeStep()) {
    add(after, others.getColumn(0).getInt64());
    after = std::max(after, others.getColumn(1).getInt64());
  }
  add(after, std::numeric_limits<std::int64_t>::max());
}

std::vector<StatsRow> to_rows(const StatsQuery& query, const StatsSum& sum, NameLookup& names) {
  std::vector<std::pair<std::uint32_t, const Group*>> groups;
  for (const auto& [key, group] : sum.groups()) groups.emplace_back(key, &group);
  const bool by_status = query.by == StatsBy::status;
  std::sort(groups.begin(), groups.end(), [&](const auto& a, const auto& b) {
    const std::uint64_t left = a.second->cell.requests;
    const std::uint64_t right = b.second->cell.requests;
    return by_status || left == right ? a.first < b.first : left > right;
  });
  groups.resize(std::min(groups.size(), std::clamp<std::size_t>(query.limit, 1, kMaxStatsRows)));
  std::vector<StatsRow> rows;
  rows.reserve(groups.size());
  for (const auto& [key, group] : groups) {
    const std::string status = key == 0 ? "other" : fmt::format("{}xx", key);
    rows.push_back(to_row(by_status ? status : names.name(key), *group));
  }
  return rows;
}

}  // namespace

Stats query_stats(SQLite::Database& db, const StatsQuery& query) {
  if (!in_rollups(query.by)) return query_row_stats(db, query);
  const RollupMarks marks = read_marks(db);
  const Window window = widen(query, marks);
  Stats stats;
  stats.since = window.from * kMicrosPerSecond;
  stats.until = window.to * kMicrosPerSecond;
  NameLookup names(db);
  const auto route = names.id(query.route);
  const auto service = names.id(query.service);
  StatsSum sum(query.by, route, service);
  const bool known = (query.route.empty() || route) && (query.service.empty() || service);
  if (known) {
    add_rollups(db, window, marks, sum);
    add_new_rows(db, window, marks, sum);
  }
  Group total;
  for (const auto& [key, group] : sum.groups()) {
    total.cell.merge(group.cell);
    total.errors += group.errors;
  }
  stats.rows = to_rows(query, sum, names);
  stats.total = to_row("total", total);
  return stats;
}

}  // namespace gateway::store
