#include "shared/store/rollup_table.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <vector>

#include "shared/store/column.h"

namespace gateway::store {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// Minutes are folded ten at a time: with thousands of routes an hour's cell is then written six
// times, not sixty.
constexpr std::int64_t kFoldEvery = 10 * kMinute;

constexpr const char* kMerge = R"sql(
INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (width, start, route, service, class) DO UPDATE SET
  requests = requests + excluded.requests,
  bytes_in = bytes_in + excluded.bytes_in,
  bytes_out = bytes_out + excluded.bytes_out,
  sum_us = sum_us + excluded.sum_us,
  max_us = max(max_us, excluded.max_us),
  histogram = merge_histograms(histogram, excluded.histogram)
)sql";

std::string_view blob_of(sqlite3_value* value) {
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
  return bytes == nullptr
             ? std::string_view()
             : std::string_view(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

// SQL function of two histograms. Bytes that are none (a damaged file) count as far as they read.
void merge_histograms(sqlite3_context* out, int, sqlite3_value** arguments) {
  const std::string bytes = Histogram::sum_encoded(blob_of(arguments[0]), blob_of(arguments[1]));
  sqlite3_result_blob(out, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
}

}  // namespace

RollupMarks read_marks(SQLite::Database& db) {
  SQLite::Statement query(db,
                          "SELECT rows_to, minutes_to, minutes_from, hours_from FROM rollup_marks");
  if (!query.executeStep()) return {};
  return {query.getColumn(0).getInt64(), query.getColumn(1).getInt64(),
          query.getColumn(2).getInt64(), query.getColumn(3).getInt64()};
}

RollupTable::RollupTable(SQLite::Database& db) : db_(db) {
  db.createFunction("merge_histograms", 2, true, nullptr, merge_histograms, nullptr, nullptr,
                    nullptr);
  merge_ = std::make_unique<SQLite::Statement>(db, kMerge);
}

RollupTable::~RollupTable() = default;

void RollupTable::flush(const PendingRollups& pending, std::int64_t last_row, UnixMicros now) {
  const std::int64_t folded_to = read_marks(db_).minutes_to;
  std::vector<const PendingRollups::Cells::value_type*> cells;
  cells.reserve(pending.cells().size());
  for (const auto& cell : pending.cells()) cells.push_back(&cell);
  // In the order of the key: neighbours in the tree are written together.
  std::sort(cells.begin(), cells.end(), [](auto* a, auto* b) { return a->first < b->first; });
  for (const auto* entry : cells) {
    const auto& [key, cell] = *entry;
    merge(kMinute, key, cell);
    if (key.start >= folded_to) continue;  // counted when its minute is folded
    merge(kHour, key, cell);
    merge(kDay, key, cell);
  }
  const std::int64_t fold_to = floor_to(now / kMicrosPerSecond, kFoldEvery);
  if (fold_to > folded_to) fold(folded_to, fold_to);
  SQLite::Statement mark(db_, "UPDATE rollup_marks SET rows_to = ?, minutes_to = ?");
  mark.bind(1, last_row);
  mark.bind(2, std::max(fold_to, folded_to));
  mark.exec();
}

void RollupTable::merge(std::int64_t width, const RollupKey& key, const RollupCell& cell) {
  const std::string histogram = cell.latency.encode();
  merge_->tryReset();
  merge_->bind(1, width);
  merge_->bind(2, floor_to(key.start, width));
  merge_->bind(3, static_cast<std::int64_t>(key.route));
  merge_->bind(4, static_cast<std::int64_t>(key.service));
  merge_->bind(5, static_cast<std::int32_t>(key.status_class));
  merge_->bind(6, static_cast<std::int64_t>(cell.requests));
  merge_->bind(7, static_cast<std::int64_t>(cell.bytes_in));
  merge_->bind(8, static_cast<std::int64_t>(cell.bytes_out));
  merge_->bind(9, static_cast<std::int64_t>(cell.sum_us));
  merge_->bind(10, static_cast<std::int64_t>(cell.max_us));
  merge_->bindNoCopy(11, histogram.data(), static_cast<int>(histogram.size()));
  merge_->exec();
  merge_->tryReset();
}

void RollupTable::fold(std::int64_t from, std::int64_t to) {
  SQLite::Statement minutes(
      db_,
      "SELECT start, route, service, class, requests, bytes_in, bytes_out, sum_us, max_us, "
      "histogram FROM rollups WHERE width = 60 AND start >= ? AND start < ?");
  minutes.bind(1, from);
  minutes.bind(2, to);
  std::map<RollupKey, RollupCell> hours;
  while (minutes.executeStep()) {
    RollupKey key{minutes.getColumn(0).getInt64(), to_u32(minutes, 1), to_u32(minutes, 2),
                  static_cast<std::uint8_t>(to_u32(minutes, 3))};
    key.start = floor_to(key.start, kHour);
    hours[key].merge(read_cell(minutes, 4));
  }
  for (const auto& [key, cell] : hours) {
    merge(kHour, key, cell);
    merge(kDay, key, cell);
  }
}

void RollupTable::recover(PendingRollups& pending) {
  SQLite::Statement rows(db_,
                         "SELECT time, status, route, service, total_us, bytes_in, bytes_out "
                         "FROM requests WHERE seq > ?");
  rows.bind(1, read_marks(db_).rows_to);
  while (rows.executeStep()) pending.add(read_sample(rows));
}

}  // namespace gateway::store
