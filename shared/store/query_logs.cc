#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "shared/store/column.h"
#include "shared/store/conditions.h"
#include "shared/store/name_lookup.h"
#include "shared/store/printable.h"
#include "shared/store/queries.h"
#include "shared/store/span_index.h"
#include "shared/store/text_search.h"

namespace gateway::store {
namespace {

constexpr const char* kColumns =
    "seq, time, status, total_us, bytes_in, bytes_out, upstream_us, decider, retries, revision, "
    "route, service, instance, id, method, host, path, query, client, user";

Conditions conditions_of(const LogFilter& filter, NameLookup& names) {
  Conditions out;
  if (filter.since) out.add("time >= ?", *filter.since);
  if (filter.until) out.add("time < ?", *filter.until);
  if (filter.status) out.add("status = ?", *filter.status);
  if (filter.status_class) {
    out.add("status >= ?", *filter.status_class * 100);
    out.add("status < ?", *filter.status_class * 100 + 100);
  }
  if (filter.slower_than_us) out.add("total_us > ?", *filter.slower_than_us);
  out.add_name("route = ?", filter.route, names);
  out.add_name("service = ?", filter.service, names);
  out.add_text("method = ?", filter.method);
  out.add_text("client = ?", filter.client);
  out.add_text("user = ?", filter.user);
  // By bytes: the patterns of LIKE know no case, paths do.
  out.add_bytes("substr(CAST(path AS BLOB), 1, {0}) = ?", filter.path_prefix);
  if (filter.id) {
    const auto& bytes = filter.id->bytes;
    out.add_bytes("id = ?", std::string(bytes.begin(), bytes.end()));
  }
  out.add_search("path, query, host, user, client", filter.text);
  return out;
}

LogRow read_row(const SQLite::Statement& row, NameLookup& names) {
  LogRow out;
  int at = 0;
  const auto text = [&] { return printable(to_bytes(row, at++)); };
  out.seq = row.getColumn(at++).getInt64();
  out.time = row.getColumn(at++).getInt64();
  out.status = static_cast<std::uint16_t>(to_u32(row, at++));
  out.total_us = to_u32(row, at++);
  out.bytes_in = to_u64(row, at++);
  out.bytes_out = to_u64(row, at++);
  out.upstream_us = to_u32(row, at++);
  out.decider = decider_name(to_u32(row, at++));
  out.retries = static_cast<std::uint8_t>(to_u32(row, at++));
  out.revision = to_u32(row, at++);
  out.route = names.name(to_u32(row, at++));
  out.service = names.name(to_u32(row, at++));
  out.instance = names.name(to_u32(row, at++));
  const std::string_view id = to_bytes(row, at++);
  std::copy_n(id.begin(), std::min(id.size(), out.id.bytes.size()), out.id.bytes.begin());
  out.method = text();
  out.host = text();
  out.path = text();
  out.query = text();
  out.client = text();
  out.user = text();
  return out;
}

// Walks the spans that may hold a wanted row, newest or oldest first, and takes the rows.
class LogSearch {
 public:
  LogSearch(SQLite::Database& db, const LogFilter& filter)
      : db_(db),
        filter_(filter),
        limit_(std::clamp<std::size_t>(filter.limit, 1, kMaxLogRows)),
        names_(db),
        conditions_(conditions_of(filter, names_)) {}

  LogPage run() {
    page_.newest = db_.execAndGet("SELECT ifnull(max(seq), 0) FROM requests").getInt64();
    filter_.after ? oldest_first() : newest_first();
    return std::move(page_);
  }

 private:
  void newest_first() {
    const std::int64_t high =
        filter_.before ? std::min(*filter_.before - 1, page_.newest) : page_.newest;
    page_.cursor = high + 1;
    if (conditions_.impossible()) return;
    SQLite::Statement spans(db_,
                            "SELECT first, last, min_time, max_time, classes FROM spans "
                            "WHERE first <= ? ORDER BY first DESC");
    spans.bind(1, high);
    SQLite::Statement rows(db_, row_sql("DESC"));
    while (page_.complete && spans.executeStep()) {
      const Span span = read_span(spans);
      if (may_match(span)) search(rows, span.first, std::min(span.last, high));
      if (page_.complete) page_.cursor = span.first;
      if (out_of_time()) page_.complete = false;
    }
  }

  void oldest_first() {
    const std::int64_t low = *filter_.after + 1;
    if (conditions_.impossible() || low > page_.newest) {
      page_.cursor = page_.newest;
      return;
    }
    page_.cursor = *filter_.after;
    SQLite::Statement spans(
        db_,
        "SELECT first, last, min_time, max_time, classes FROM spans WHERE first >= "
        "ifnull((SELECT max(first) FROM spans WHERE first <= ?1), ?1) ORDER BY first");
    spans.bind(1, low);
    SQLite::Statement rows(db_, row_sql("ASC"));
    while (page_.complete && spans.executeStep()) {
      const Span span = read_span(spans);
      if (may_match(span)) search(rows, std::max(span.first, low), span.last);
      if (page_.complete) page_.cursor = std::max(page_.cursor, span.last);
      if (out_of_time()) page_.complete = false;
    }
  }

  std::string row_sql(const char* order) const {
    return fmt::format("SELECT {} FROM requests WHERE seq BETWEEN ?1 AND ?2{} ORDER BY seq {}",
                       kColumns, conditions_.sql(), order);
  }

  void search(SQLite::Statement& rows, std::int64_t first, std::int64_t last) {
    rows.reset();
    rows.bind(1, first);
    rows.bind(2, last);
    conditions_.bind(rows);
    while (rows.executeStep()) {
      page_.rows.push_back(read_row(rows, names_));
      if (page_.rows.size() < limit_) continue;
      page_.complete = false;
      page_.cursor = page_.rows.back().seq;
      return;
    }
  }

  bool may_match(const Span& span) const {
    if (filter_.since && span.max_time < *filter_.since) return false;
    if (filter_.until && span.min_time >= *filter_.until) return false;
    if (filter_.status_class) return (span.classes >> (*filter_.status_class & 31) & 1) != 0;
    if (filter_.status) return (span.classes >> status_class(*filter_.status) & 1) != 0;
    return true;
  }

  static Span read_span(const SQLite::Statement& row) {
    return {row.getColumn(0).getInt64(), row.getColumn(1).getInt64(), row.getColumn(2).getInt64(),
            row.getColumn(3).getInt64(), to_u32(row, 4)};
  }

  bool out_of_time() const {
    return std::chrono::steady_clock::now() - started_ > filter_.time_limit;
  }

  SQLite::Database& db_;
  const LogFilter& filter_;
  std::size_t limit_;
  NameLookup names_;
  Conditions conditions_;
  LogPage page_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

LogPage query_logs(SQLite::Database& db, const LogFilter& filter) {
  add_text_search(db);
  return LogSearch(db, filter).run();
}

std::vector<Revision> query_revisions(SQLite::Database& db, std::size_t limit) {
  SQLite::Statement query(
      db, "SELECT id, sha256, applied_at, applied_by FROM revisions ORDER BY id DESC LIMIT ?");
  query.bind(1, static_cast<std::int64_t>(std::min(limit, kMaxLogRows)));
  std::vector<Revision> revisions;
  while (query.executeStep()) {
    revisions.push_back({query.getColumn(0).getUInt(), query.getColumn(1).getString(),
                         query.getColumn(2).getInt64(), printable(query.getColumn(3).getString())});
  }
  return revisions;
}

}  // namespace gateway::store
