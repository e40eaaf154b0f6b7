#include "shared/store/retention.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "shared/store/block_table.h"
#include "shared/store/rollup_table.h"
#include "shared/store/trace_table.h"

namespace gateway::store {
namespace {

constexpr std::int64_t kRowsAUnit = 500;
constexpr int kPagesAUnit = 32;
constexpr std::int64_t kMaxLog = 16 << 20;
constexpr std::int64_t kMinLog = 512 << 10;
constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
// Free pages that stay for the rows to come; more than this goes back.
constexpr std::int64_t kFreePages = 256;
constexpr std::int64_t kFreeShare = 8;
// Security events may take this part of the size before they are deleted for it: a quarter.
constexpr std::int64_t kEventShare = 4;
// Of a row of security beside its texts: id, numbers, headers, its entry in the index.
constexpr std::int64_t kEventOverhead = 64;

UnixMicros micros(milliseconds duration) {
  return std::chrono::duration_cast<microseconds>(duration).count();
}

}  // namespace

RetentionSteps::RetentionSteps(SQLite::Database& db)
    : db_(db), page_size_(number("PRAGMA page_size")) {}

bool RetentionSteps::step(UnixMicros now, const Retention& retention) {
  const auto end = std::chrono::steady_clock::now() + kRetentionStep;
  cut_open_span_ = false;
  limit_log(retention.max_size);
  db_.exec("BEGIN IMMEDIATE");
  bool more = true;
  while (more && std::chrono::steady_clock::now() < end) more = unit(now, retention);
  db_.exec("COMMIT");
  if (more || !gave_back_) return more;
  gave_back_ = false;
  // The file shrinks when the log is copied into it. A reader in the way is no reason to wait: the
  // next checkpoint does it then.
  db_.setBusyTimeout(0);
  sqlite3_wal_checkpoint_v2(db_.getHandle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  db_.setBusyTimeout(1000);
  return false;
}

bool RetentionSteps::unit(UnixMicros now, const Retention& retention) {
  const std::int64_t second = now / kMicrosPerSecond;
  const std::int64_t page_limit =
      retention.max_size == 0
          ? kNoLimit
          : std::max<std::int64_t>(
                (static_cast<std::int64_t>(retention.max_size) - log_limit_) / page_size_, 1);
  return delete_expired_rows(now, retention.keep_requests) ||
         delete_expired_events(now, retention.keep_security) ||
         delete_expired_health(now, retention.keep_health) || delete_traces(now, retention) ||
         delete_rollups(kMinute, second - kKeepMinutes.count()) ||
         delete_rollups(kHour, second - kKeepHours.count()) ||
         delete_rollups(kDay, second - kKeepDays.count()) || delete_for_size(page_limit) ||
         give_back(page_limit);
}

// Of the oldest spans any that is too old, not the first alone: rows that a clock set far ahead has
// stamped must not hold up those behind them.
bool RetentionSteps::delete_expired_rows(UnixMicros now, milliseconds keep) {
  if (keep.count() <= 0) return false;
  SQLite::Statement span(db_,
                         "SELECT first, last FROM (SELECT * FROM spans ORDER BY first LIMIT 16) "
                         "WHERE max_time < ? AND first <= (SELECT rows_to FROM rollup_marks) "
                         "AND first < (SELECT max(seq) FROM requests) LIMIT 1");
  span.bind(1, now - micros(keep));
  if (!span.executeStep()) return false;
  return delete_rows(span.getColumn(0).getInt64(), span.getColumn(1).getInt64());
}

bool RetentionSteps::delete_expired_events(UnixMicros now, milliseconds keep) {
  if (keep.count() <= 0) return false;
  SQLite::Statement gone(db_,
                         "DELETE FROM security WHERE seq IN "
                         "(SELECT seq FROM security WHERE time < ? ORDER BY time LIMIT ?)");
  gone.bind(1, now - micros(keep));
  gone.bind(2, kRowsAUnit);
  return gone.exec() > 0;
}

bool RetentionSteps::delete_expired_health(UnixMicros now, milliseconds keep) {
  const std::int64_t second = now / kMicrosPerSecond;
  if (delete_checks(kMinute, second - kKeepCheckMinutes.count())) return true;
  if (keep.count() <= 0) return false;
  const UnixMicros before = now - micros(keep);
  return delete_expired_changes("health_changes", before) ||
         delete_expired_changes("breaker_changes", before) ||
         delete_expired_changes("process_events", before) ||
         delete_checks(kHour, before / kMicrosPerSecond - kHour);
}

bool RetentionSteps::delete_expired_changes(const char* table, UnixMicros before) {
  SQLite::Statement gone(
      db_, fmt::format("DELETE FROM {0} WHERE seq IN (SELECT seq FROM {0} WHERE time < ? "
                       "ORDER BY time LIMIT ?)",
                       table));
  gone.bind(1, before);
  gone.bind(2, kRowsAUnit);
  return gone.exec() > 0;
}

// Deletes some of the oldest checks of `width`, those that start before `before`.
bool RetentionSteps::delete_checks(std::int64_t width, std::int64_t before) {
  SQLite::Statement gone(
      db_,
      "DELETE FROM health_checks WHERE (width, start, service, instance) IN (SELECT width, start, "
      "service, instance FROM health_checks WHERE width = ? AND start < ? ORDER BY start LIMIT ?)");
  gone.bind(1, width);
  gone.bind(2, before);
  gone.bind(3, kRowsAUnit);
  return gone.exec() > 0;
}

bool RetentionSteps::delete_traces(UnixMicros now, const Retention& retention) {
  if (retention.keep_traces.count() > 0 &&
      delete_expired_traces(db_, now - micros(retention.keep_traces))) {
    return true;
  }
  return delete_surplus_traces(db_, retention.max_traces);
}

bool RetentionSteps::delete_oldest_health() {
  return delete_checks(kMinute, kNoLimit) || delete_checks(kHour, kNoLimit) ||
         delete_expired_changes("health_changes", kNoLimit) ||
         delete_expired_changes("breaker_changes", kNoLimit);
}

bool RetentionSteps::delete_oldest_events() {
  SQLite::Statement gone(
      db_, "DELETE FROM security WHERE seq IN (SELECT seq FROM security ORDER BY seq LIMIT ?)");
  gone.bind(1, kRowsAUnit);
  return gone.exec() > 0;
}

// About what the events take: their number, times the mean of the newest and the oldest of them.
std::int64_t RetentionSteps::event_bytes() {
  const std::int64_t rows = number(
      "SELECT ifnull((SELECT max(seq) FROM security) - (SELECT min(seq) FROM security) + 1, 0)");
  if (rows == 0) return 0;
  const std::int64_t texts = number(
      "SELECT CAST(ifnull(avg(length(CAST(rule || client || user || method || host || path || "
      "detail AS BLOB))), 0) AS INTEGER) FROM (SELECT ifnull(rule, '') AS rule, "
      "ifnull(client, '') AS client, ifnull(user, '') AS user, ifnull(method, '') AS method, "
      "ifnull(host, '') AS host, ifnull(path, '') AS path, ifnull(detail, '') AS detail "
      "FROM security WHERE seq IN (SELECT seq FROM (SELECT seq FROM security ORDER BY seq LIMIT "
      "32) UNION SELECT seq FROM (SELECT seq FROM security ORDER BY seq DESC LIMIT 32)))");
  return rows * (kEventOverhead + texts);
}

bool RetentionSteps::delete_for_size(std::int64_t page_limit) {
  const std::int64_t used = number("PRAGMA page_count") - number("PRAGMA freelist_count");
  if (used <= page_limit) return false;
  if (delete_expired_traces(db_, kNoLimit)) return true;
  if (event_bytes() > page_limit * page_size_ / kEventShare && delete_oldest_events()) return true;
  SQLite::Statement span(db_, "SELECT first, last, max_time FROM spans ORDER BY first LIMIT 1");
  if (span.executeStep()) {
    const std::int64_t time = span.getColumn(2).getInt64() / kMicrosPerSecond;
    if (delete_rollups(kMinute, floor_to(time, kHour))) return true;
    if (delete_rows(span.getColumn(0).getInt64(), span.getColumn(1).getInt64())) return true;
  }
  return delete_rollups(kMinute, number("SELECT minutes_to FROM rollup_marks")) ||
         delete_oldest_events() ||
         delete_rollups(kHour, floor_to(number("SELECT minutes_to FROM rollup_marks"), kDay)) ||
         delete_oldest_health();
}

// Deletes up to kRowsAUnit of the rows first to last of one span. False when none may go.
bool RetentionSteps::delete_rows(std::int64_t first, std::int64_t last) {
  const std::int64_t newest = number("SELECT ifnull(max(seq), 0) FROM requests");
  const std::int64_t counted = number("SELECT rows_to FROM rollup_marks");
  const std::int64_t end = std::min({first + kRowsAUnit - 1, last, newest - 1, counted});
  if (end < first) return false;
  SQLite::Statement rows(db_, "DELETE FROM requests WHERE seq BETWEEN ? AND ?");
  rows.bind(1, first);
  rows.bind(2, end);
  rows.exec();
  // Blocks whose last row is gone; of another's rows those left over are searched one by one.
  SQLite::Statement blocks(
      db_, "DELETE FROM blocks WHERE first BETWEEN ?1 - ?3 AND ?2 AND last BETWEEN ?1 AND ?2");
  blocks.bind(1, first);
  blocks.bind(2, end);
  blocks.bind(3, kBlockRows);
  blocks.exec();
  SQLite::Statement span(db_, end == last ? "DELETE FROM spans WHERE first = ?"
                                          : "UPDATE spans SET first = ?2 WHERE first = ?1");
  span.bind(1, first);
  if (end != last) span.bind(2, end + 1);
  span.exec();
  cut_open_span_ = cut_open_span_ || last == newest;
  return true;
}

// Deletes the rollups of `width` with the oldest start when that is before `before`.
bool RetentionSteps::delete_rollups(std::int64_t width, std::int64_t before) {
  SQLite::Statement oldest(db_, "SELECT start FROM rollups WHERE width = ? ORDER BY start LIMIT 1");
  oldest.bind(1, width);
  if (!oldest.executeStep()) return false;
  const std::int64_t start = oldest.getColumn(0).getInt64();
  if (start >= before) return false;
  SQLite::Statement gone(db_, "DELETE FROM rollups WHERE width = ? AND start = ?");
  gone.bind(1, width);
  gone.bind(2, start);
  gone.exec();
  if (width == kDay) return true;
  SQLite::Statement mark(db_, width == kMinute
                                  ? "UPDATE rollup_marks SET minutes_from = max(minutes_from, ?)"
                                  : "UPDATE rollup_marks SET hours_from = max(hours_from, ?)");
  mark.bind(1, start + width);
  mark.exec();
  return true;
}

bool RetentionSteps::give_back(std::int64_t page_limit) {
  const std::int64_t pages = number("PRAGMA page_count");
  const std::int64_t free = number("PRAGMA freelist_count");
  const bool too_many_free = free > std::max(kFreePages, pages / kFreeShare);
  if (free == 0 || (pages <= page_limit && !too_many_free)) return false;
  SQLite::Statement vacuum(db_, fmt::format("PRAGMA incremental_vacuum({})", kPagesAUnit));
  while (vacuum.executeStep()) {
  }
  gave_back_ = true;
  return number("PRAGMA page_count") < pages;
}

// A quarter of a small database may be its log, never more than kMaxLog.
void RetentionSteps::limit_log(std::uint64_t max_size) {
  const std::int64_t wanted =
      max_size == 0 ? kMaxLog
                    : std::clamp(static_cast<std::int64_t>(max_size / 4), kMinLog, kMaxLog);
  if (wanted == log_limit_) return;
  log_limit_ = wanted;
  db_.exec(fmt::format("PRAGMA wal_autocheckpoint = {}; PRAGMA journal_size_limit = {}",
                       wanted / page_size_, wanted));
}

std::int64_t RetentionSteps::number(const char* sql) {
  return db_.execAndGet(sql).getInt64();
}

}  // namespace gateway::store
