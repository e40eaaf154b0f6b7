#include "shared/store/limit_table.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "shared/store/column.h"

namespace gateway::store {
namespace {

using Rows = std::vector<LimitCounter>;

// The most recently used, then by rising id as the table has them (SQLite's integers are signed).
void cut_and_sort(Rows& rows, std::size_t most) {
  const auto later = [](const LimitCounter& a, const LimitCounter& b) { return a.used > b.used; };
  if (rows.size() > most) {
    std::nth_element(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(most), rows.end(),
                     later);
    rows.resize(most);
  }
  std::sort(rows.begin(), rows.end(), [](const LimitCounter& a, const LimitCounter& b) {
    const auto left = static_cast<std::int64_t>(a.id);
    const auto right = static_cast<std::int64_t>(b.id);
    return left != right ? left < right : a.used > b.used;
  });
  const auto same = [](const LimitCounter& a, const LimitCounter& b) { return a.id == b.id; };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
}

LimitCounter read_counter(const SQLite::Statement& row) {
  return {to_u64(row, 0), row.getColumn(1).getInt64(), row.getColumn(2).getInt64(),
          row.getColumn(3).getInt64(), row.getColumn(4).getInt64()};
}

// What must be done to the table so that it holds `wanted`.
struct Difference {
  std::vector<std::int64_t> gone;
  std::vector<const LimitCounter*> changed;
};

Difference compare(SQLite::Database& db, const Rows& wanted) {
  Difference difference;
  SQLite::Statement kept(db, "SELECT id, a, b, c, used FROM limit_counters ORDER BY id");
  auto next = wanted.begin();
  while (kept.executeStep()) {
    const LimitCounter row = read_counter(kept);
    const auto id = static_cast<std::int64_t>(row.id);
    for (; next != wanted.end() && static_cast<std::int64_t>(next->id) < id; ++next) {
      difference.changed.push_back(&*next);
    }
    if (next == wanted.end() || next->id != row.id) {
      difference.gone.push_back(id);
      continue;
    }
    if (*next != row) difference.changed.push_back(&*next);
    ++next;
  }
  for (; next != wanted.end(); ++next) difference.changed.push_back(&*next);
  return difference;
}

}  // namespace

void replace_limit_counters(SQLite::Database& db, LimitCounters counters, std::size_t most) {
  cut_and_sort(counters.rows, most);
  const Difference difference = compare(db, counters.rows);
  SQLite::Statement remove(db, "DELETE FROM limit_counters WHERE id = ?");
  for (const std::int64_t id : difference.gone) {
    remove.bind(1, id);
    remove.exec();
    remove.reset();
  }
  SQLite::Statement write(db, "INSERT OR REPLACE INTO limit_counters VALUES (?, ?, ?, ?, ?)");
  for (const LimitCounter* row : difference.changed) {
    write.bind(1, static_cast<std::int64_t>(row->id));
    write.bind(2, row->a);
    write.bind(3, row->b);
    write.bind(4, row->c);
    write.bind(5, row->used);
    write.exec();
    write.reset();
  }
  SQLite::Statement key(db,
                        "INSERT INTO limit_key VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET "
                        "key = excluded.key WHERE key <> excluded.key");
  key.bind(1, counters.key.data(), static_cast<int>(counters.key.size()));
  key.exec();
}

LimitCounters query_limit_counters(SQLite::Database& db) {
  LimitCounters counters;
  SQLite::Statement key(db, "SELECT key FROM limit_key WHERE id = 1");
  if (!key.executeStep()) return counters;
  const std::string_view bytes = to_bytes(key, 0);
  // A key of another size, which only a damaged file has, is none: its ids mean nothing.
  if (bytes.size() != counters.key.size()) return counters;
  std::copy(bytes.begin(), bytes.end(), counters.key.begin());
  SQLite::Statement rows(db, "SELECT id, a, b, c, used FROM limit_counters ORDER BY id LIMIT ?");
  rows.bind(1, static_cast<std::int64_t>(kMaxLimitCounters));
  while (rows.executeStep()) counters.rows.push_back(read_counter(rows));
  return counters;
}

}  // namespace gateway::store
