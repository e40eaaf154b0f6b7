#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <unordered_map>

#include "shared/store/column.h"
#include "shared/store/conditions.h"
#include "shared/store/printable.h"
#include "shared/store/queries.h"
#include "shared/store/stats_group.h"

namespace gateway::store {
namespace {

constexpr std::size_t kMaxSegments = 8;
constexpr std::size_t kMaxSegment = 40;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool looks_like_id(std::string_view segment) {
  if (segment.size() > kMaxSegment) return true;
  if (segment.size() >= 2 && segment.size() <= 4 && (segment[0] == 'v' || segment[0] == 'V') &&
      std::all_of(segment.begin() + 1, segment.end(), is_digit)) {
    return false;
  }
  return std::any_of(segment.begin(), segment.end(), is_digit);
}

const char* column_of(StatsBy by) {
  return by == StatsBy::client ? "client" : by == StatsBy::user ? "user" : "path";
}

// Counts the rows of a window, newest first, until its time is over.
class RowStats {
 public:
  RowStats(SQLite::Database& db, const StatsQuery& query) : db_(db), query_(query), names_(db) {
    conditions_.add("time >= ?", query.since);
    conditions_.add("time < ?", query.until);
    conditions_.add_name("route = ?", query.route, names_);
    conditions_.add_name("service = ?", query.service, names_);
  }

  Stats run() {
    stats_.since = query_.since;
    stats_.until = query_.until;
    if (!conditions_.impossible()) walk();
    write_rows();
    return std::move(stats_);
  }

 private:
  void walk() {
    SQLite::Statement spans(db_,
                            "SELECT first, last, max_time FROM spans WHERE max_time >= ? AND "
                            "min_time < ? ORDER BY first DESC");
    spans.bind(1, query_.since);
    spans.bind(2, query_.until);
    SQLite::Statement rows(
        db_, fmt::format("SELECT time, status, route, service, total_us, bytes_in, bytes_out, {} "
                         "FROM requests WHERE seq BETWEEN ?1 AND ?2{}",
                         column_of(query_.by), conditions_.sql()));
    const auto end = std::chrono::steady_clock::now() + query_.time_limit;
    while (spans.executeStep()) {
      if (std::chrono::steady_clock::now() > end) {
        stats_.complete = false;
        stats_.since = std::clamp(spans.getColumn(2).getInt64() + 1, query_.since, query_.until);
        return;
      }
      rows.reset();
      rows.bind(1, spans.getColumn(0).getInt64());
      rows.bind(2, spans.getColumn(1).getInt64());
      conditions_.bind(rows);
      while (rows.executeStep()) add(read_sample(rows), to_bytes(rows, 7));
    }
  }

  void add(const RollupSample& sample, std::string_view text) {
    total_.add(sample);
    if (query_.by == StatsBy::path) {
      group(path_pattern(text)).add(sample);
    } else {
      key_.assign(text);
      group(key_).add(sample);
    }
  }

  StatsGroup& group(const std::string& key) {
    const auto found = groups_.find(key);
    if (found != groups_.end()) return found->second;
    return groups_.size() < kMaxStatsKeys ? groups_[key] : others_;
  }

  void write_rows() {
    for (const auto& [key, one] : groups_) stats_.rows.push_back(to_row(printable(key), one));
    std::sort(stats_.rows.begin(), stats_.rows.end(), [](const StatsRow& a, const StatsRow& b) {
      return a.requests == b.requests ? a.key < b.key : a.requests > b.requests;
    });
    stats_.rows.resize(
        std::min(stats_.rows.size(), std::clamp<std::size_t>(query_.limit, 1, kMaxStatsRows)));
    if (others_.cell.requests > 0) stats_.rows.push_back(to_row(kOtherKeys, others_));
    stats_.total = to_row("total", total_);
  }

  SQLite::Database& db_;
  const StatsQuery& query_;
  NameLookup names_;
  Conditions conditions_;
  std::unordered_map<std::string, StatsGroup> groups_;
  StatsGroup others_;
  StatsGroup total_;
  std::string key_;
  Stats stats_;
};

}  // namespace

std::string path_pattern(std::string_view path) {
  std::string out;
  std::size_t segments = 0;
  while (!path.empty()) {
    const bool slash = path.front() == '/';
    if (slash) path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    if (segments++ == kMaxSegments) return out + "/…";
    if (slash) out += '/';
    out += looks_like_id(segment) ? std::string_view("*") : segment;
  }
  return out;
}

void StatsGroup::add(const RollupSample& sample) {
  ++cell.requests;
  cell.bytes_in += sample.bytes_in;
  cell.bytes_out += sample.bytes_out;
  cell.sum_us += sample.total_us;
  cell.max_us = std::max(cell.max_us, sample.total_us);
  cell.latency.add(sample.total_us);
  if (status_class(sample.status) == 5) ++errors;
}

StatsRow to_row(std::string key, const StatsGroup& group) {
  const RollupCell& cell = group.cell;
  const auto percentile = [&](double fraction) {
    return std::min(cell.latency.percentile(fraction), cell.max_us);
  };
  StatsRow row;
  row.key = std::move(key);
  row.requests = cell.requests;
  row.errors = group.errors;
  row.bytes_in = cell.bytes_in;
  row.bytes_out = cell.bytes_out;
  row.mean_us = cell.requests == 0 ? 0 : cell.sum_us / cell.requests;
  row.p50_us = percentile(0.50);
  row.p90_us = percentile(0.90);
  row.p95_us = percentile(0.95);
  row.p99_us = percentile(0.99);
  row.max_us = cell.max_us;
  return row;
}

Stats query_row_stats(SQLite::Database& db, const StatsQuery& query) {
  return RowStats(db, query).run();
}

}  // namespace gateway::store
