#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "shared/store/column.h"
#include "shared/store/conditions.h"
#include "shared/store/printable.h"
#include "shared/store/queries.h"
#include "shared/store/text_search.h"

namespace gateway::store {
namespace {

// Rows that are searched before the time is looked at again.
constexpr std::int64_t kChunkRows = 20'000;

constexpr const char* kColumns =
    "seq, time, kind, action, count, route, id, rule, client, user, method, host, path, detail";

Conditions conditions_of(const SecurityFilter& filter, NameLookup& names) {
  Conditions out;
  if (filter.since) out.add("time >= ?", *filter.since);
  if (filter.until) out.add("time < ?", *filter.until);
  if (!filter.kind.empty()) {
    const auto kind = decider_number(filter.kind);
    if (!kind) out.never();
    out.add("kind = ?", kind.value_or(0));
  }
  if (filter.action) out.add("action = ?", static_cast<std::int64_t>(*filter.action));
  out.add_name("route = ?", filter.route, names);
  out.add_text("rule = ?", filter.rule);
  out.add_text("client = ?", filter.client);
  out.add_text("user = ?", filter.user);
  if (filter.id) {
    const auto& bytes = filter.id->bytes;
    out.add_bytes("id = ?", std::string(bytes.begin(), bytes.end()));
  }
  out.add_search("rule, path, host, user, client, detail", filter.text);
  return out;
}

std::optional<Uuid> read_id(std::string_view bytes) {
  Uuid id;
  if (bytes.size() != id.bytes.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

SecurityLogRow read_event(const SQLite::Statement& row, NameLookup& names) {
  SecurityLogRow out;
  int at = 0;
  const auto text = [&] { return printable(to_bytes(row, at++)); };
  out.seq = row.getColumn(at++).getInt64();
  out.time = row.getColumn(at++).getInt64();
  out.kind = decider_name(to_u32(row, at++));
  out.action = to_u32(row, at++) == 1 ? SecurityAction::observed : SecurityAction::blocked;
  out.count = to_u64(row, at++);
  out.route = names.name(to_u32(row, at++));
  out.id = read_id(to_bytes(row, at++));
  out.rule = text();
  out.client = text();
  out.user = text();
  out.method = text();
  out.host = text();
  out.path = text();
  out.detail = text();
  return out;
}

// Walks the table in chunks, newest or oldest first, and takes the rows.
class SecuritySearch {
 public:
  SecuritySearch(SQLite::Database& db, const SecurityFilter& filter)
      : db_(db),
        filter_(filter),
        limit_(std::clamp<std::size_t>(filter.limit, 1, kMaxLogRows)),
        names_(db),
        conditions_(conditions_of(filter, names_)) {}

  SecurityPage run() {
    page_.newest = number("SELECT seq FROM sqlite_sequence WHERE name = 'security'");
    filter_.after ? oldest_first() : newest_first();
    return std::move(page_);
  }

 private:
  void newest_first() {
    std::int64_t high = filter_.before ? std::min(*filter_.before - 1, page_.newest) : page_.newest;
    std::int64_t low = number("SELECT min(seq) FROM security");
    page_.cursor = high + 1;
    if (conditions_.impossible() || low == 0 || !narrow_to_window(low, high)) return;
    SQLite::Statement rows(db_, row_sql("DESC"));
    while (page_.complete && high >= low) {
      const std::int64_t first = std::max(low, high - kChunkRows + 1);
      search(rows, first, high);
      if (!page_.complete) return;
      page_.cursor = first;
      high = first - 1;
      if (out_of_time()) page_.complete = high < low;
    }
  }

  void oldest_first() {
    const std::int64_t oldest = number("SELECT min(seq) FROM security");
    page_.cursor = std::max(*filter_.after, page_.newest);
    std::int64_t low = std::max(*filter_.after + 1, oldest);
    if (conditions_.impossible() || oldest == 0 || low > page_.newest) return;
    SQLite::Statement rows(db_, row_sql("ASC"));
    while (page_.complete && low <= page_.newest) {
      const std::int64_t last = std::min(page_.newest, low + kChunkRows - 1);
      search(rows, low, last);
      if (!page_.complete) return;
      page_.cursor = last;
      low = last + 1;
      if (out_of_time()) page_.complete = low > page_.newest;
    }
  }

  // Only the rows from the first to the last that the window holds, by the index on time. False:
  // it holds none.
  bool narrow_to_window(std::int64_t& low, std::int64_t& high) {
    if (!filter_.since && !filter_.until) return low <= high;
    SQLite::Statement window(
        db_, "SELECT min(seq), max(seq) FROM security WHERE time >= ? AND time < ?");
    window.bind(1, filter_.since.value_or(std::numeric_limits<std::int64_t>::min()));
    window.bind(2, filter_.until.value_or(std::numeric_limits<std::int64_t>::max()));
    if (!window.executeStep() || window.getColumn(0).isNull()) return false;
    low = std::max(low, window.getColumn(0).getInt64());
    high = std::min(high, window.getColumn(1).getInt64());
    return low <= high;
  }

  std::string row_sql(const char* order) const {
    return fmt::format("SELECT {} FROM security WHERE seq BETWEEN ?1 AND ?2{} ORDER BY seq {}",
                       kColumns, conditions_.sql(), order);
  }

  void search(SQLite::Statement& rows, std::int64_t first, std::int64_t last) {
    rows.reset();
    rows.bind(1, first);
    rows.bind(2, last);
    conditions_.bind(rows);
    while (rows.executeStep()) {
      page_.rows.push_back(read_event(rows, names_));
      if (page_.rows.size() < limit_) continue;
      page_.complete = false;
      page_.cursor = page_.rows.back().seq;
      return;
    }
  }

  std::int64_t number(const char* sql) {
    SQLite::Statement query(db_, sql);
    return query.executeStep() ? query.getColumn(0).getInt64() : 0;
  }

  bool out_of_time() const {
    return std::chrono::steady_clock::now() - started_ > filter_.time_limit;
  }

  SQLite::Database& db_;
  const SecurityFilter& filter_;
  std::size_t limit_;
  NameLookup names_;
  Conditions conditions_;
  SecurityPage page_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

SecurityPage query_security(SQLite::Database& db, const SecurityFilter& filter) {
  add_text_search(db);
  return SecuritySearch(db, filter).run();
}

}  // namespace gateway::store
