#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "shared/store/block_walk.h"
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
  if (filter.status) {
    out.add("status >= ?", filter.status->from);
    out.add("status <= ?", filter.status->to);
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

BlockFilter block_filter(const LogFilter& filter, NameLookup& names) {
  BlockFilter out;
  out.since = filter.since;
  out.until = filter.until;
  if (!filter.route.empty()) out.groups.route = names.id(filter.route);
  if (!filter.service.empty()) out.groups.service = names.id(filter.service);
  out.groups.status = filter.status;
  out.groups.method = filter.method;
  out.groups.slower_than_us = filter.slower_than_us;
  out.words.whole(TextField::client, filter.client);
  out.words.whole(TextField::user, filter.user);
  out.words.part(filter.path_prefix);
  out.words.part(filter.text);
  out.id = filter.id;
  return out;
}

// Walks the blocks that may hold a wanted row, newest or oldest first, and takes the rows.
class LogSearch {
 public:
  LogSearch(SQLite::Database& db, const LogFilter& filter)
      : db_(db),
        filter_(filter),
        forward_(filter.after.has_value()),
        limit_(std::clamp<std::size_t>(filter.limit, 1, kMaxLogRows)),
        to_skip_(std::min(filter.offset, kMaxLogOffset)),
        names_(db),
        conditions_(conditions_of(filter, names_)),
        blocks_(block_filter(filter, names_)) {}

  LogPage run() {
    page_.newest = number("SELECT ifnull(max(seq), 0) FROM requests");
    std::int64_t low = number("SELECT ifnull(min(seq), 1) FROM requests");
    std::int64_t high = page_.newest;
    if (forward_)
      low = std::max(low, *filter_.after < page_.newest ? *filter_.after + 1 : high + 1);
    if (filter_.before) high = std::min(high, std::max<std::int64_t>(*filter_.before, 1) - 1);
    page_.cursor = forward_ ? std::min(*filter_.after, high) : high + 1;
    if (!conditions_.impossible() && narrow_to_window(low, high)) walk(low, high);
    if (page_.complete && forward_) page_.cursor = page_.newest;
    return std::move(page_);
  }

 private:
  void walk(std::int64_t low, std::int64_t high) {
    const auto order = forward_ ? BlockWalk::Order::oldest_first : BlockWalk::Order::newest_first;
    BlockWalk ranges(db_, blocks_, order, low, high);
    SQLite::Statement rows(db_, row_sql());
    RowRange range;
    while (page_.complete && ranges.next(range)) {
      if (range.search && !range.block) {
        search_gap(rows, range);
      } else {
        if (range.search) search(rows, range.first, range.last);
        passed(range.first, range.last);
        if (out_of_time()) stop(low, high);
      }
    }
  }

  // Rows that no block covers: the spans say which of them the window and the status may take.
  void search_gap(SQLite::Statement& rows, const RowRange& gap) {
    SQLite::Statement spans(
        db_, std::string("SELECT first, last, min_time, max_time, classes FROM spans WHERE "
                         "first <= ?2 AND first >= ifnull((SELECT max(first) FROM spans WHERE "
                         "first <= ?1), ?1) ORDER BY first ") +
                 order_sql());
    spans.bind(1, gap.first);
    spans.bind(2, gap.last);
    while (page_.complete && spans.executeStep()) {
      Span span = read_span(spans);
      span.first = std::max(span.first, gap.first);
      span.last = std::min(span.last, gap.last);
      if (may_match(span)) search(rows, span.first, span.last);
      passed(span.first, span.last);
      if (out_of_time()) stop(gap.first, gap.last);
    }
    passed(gap.first, gap.last);
  }

  // Everything from `first` to `last` was looked at, unless the page was full before.
  void passed(std::int64_t first, std::int64_t last) {
    if (!page_.complete) return;
    page_.cursor = forward_ ? std::max(page_.cursor, last) : std::min(page_.cursor, first);
  }

  // The time is over while rows from `low` to `high` may be left.
  void stop(std::int64_t low, std::int64_t high) {
    if (!page_.complete || (forward_ ? page_.cursor >= high : page_.cursor <= low)) return;
    page_.complete = false;
    if (forward_) return;
    SQLite::Statement newest(db_, "SELECT max(max_time) FROM spans WHERE first < ?");
    newest.bind(1, page_.cursor);
    if (newest.executeStep()) page_.searched_to = newest.getColumn(0).getInt64();
  }

  // Only the rows of spans that have a part in the window. False: there are none.
  bool narrow_to_window(std::int64_t& low, std::int64_t& high) {
    if ((!filter_.since && !filter_.until) || low > high) return low <= high;
    SQLite::Statement window(db_,
                             "SELECT min(first), max(last) FROM spans WHERE first <= ?2 AND first "
                             ">= ifnull((SELECT max(first) FROM spans WHERE first <= ?1), ?1) AND "
                             "max_time >= ?3 AND min_time < ?4");
    window.bind(1, low);
    window.bind(2, high);
    window.bind(3, filter_.since.value_or(std::numeric_limits<UnixMicros>::min()));
    window.bind(4, filter_.until.value_or(std::numeric_limits<UnixMicros>::max()));
    if (!window.executeStep() || window.getColumn(0).isNull()) return false;
    low = std::max(low, window.getColumn(0).getInt64());
    high = std::min(high, window.getColumn(1).getInt64());
    return low <= high;
  }

  const char* order_sql() const { return forward_ ? "ASC" : "DESC"; }

  std::string row_sql() const {
    return fmt::format("SELECT {} FROM requests WHERE seq BETWEEN ?1 AND ?2{} ORDER BY seq {}",
                       kColumns, conditions_.sql(), order_sql());
  }

  void search(SQLite::Statement& rows, std::int64_t first, std::int64_t last) {
    rows.reset();
    rows.bind(1, first);
    rows.bind(2, last);
    conditions_.bind(rows);
    while (rows.executeStep()) {
      if (page_.skipped < to_skip_) {
        ++page_.skipped;
        continue;
      }
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
    if (!filter_.status) return true;
    for (int each = 0; each <= 5; ++each) {
      const bool wanted = each == 0 || (filter_.status->from <= each * 100 + 99 &&
                                        filter_.status->to >= each * 100);
      if (wanted && (span.classes >> each & 1) != 0) return true;
    }
    return false;
  }

  static Span read_span(const SQLite::Statement& row) {
    return {row.getColumn(0).getInt64(), row.getColumn(1).getInt64(), row.getColumn(2).getInt64(),
            row.getColumn(3).getInt64(), to_u32(row, 4)};
  }

  std::int64_t number(const char* sql) { return db_.execAndGet(sql).getInt64(); }

  bool out_of_time() const {
    return std::chrono::steady_clock::now() - started_ > filter_.time_limit;
  }

  SQLite::Database& db_;
  const LogFilter& filter_;
  const bool forward_;
  std::size_t limit_;
  std::size_t to_skip_;
  NameLookup names_;
  Conditions conditions_;
  BlockFilter blocks_;
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
