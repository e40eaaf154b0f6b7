#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "shared/store/request_row.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace gateway::store {

// A run of rows and the bounds of what they hold; see the table spans.
struct Span {
  std::int64_t first = 0;
  std::int64_t last = 0;
  UnixMicros min_time = 0;
  UnixMicros max_time = 0;
  std::uint32_t classes = 0;
};

inline constexpr std::int64_t kSpanRows = 20'000;
inline constexpr seconds kSpanTime{60};

// Keeps the spans beside the rows. A span ends once it holds kSpanRows or kSpanTime went by, so 30
// days are some 43,000 spans at most, or one for each 20,000 rows. It need not assume that times
// rise: a long request, or a clock that was set, only makes the bounds of its span wider.
// Every call runs inside the caller's transaction and throws SQLite::Exception.
class SpanIndex {
 public:
  explicit SpanIndex(SQLite::Database& db);
  ~SpanIndex();

  // `rows` were appended, the last as `last_seq`, at `now`.
  void note(std::span<const RequestRow> rows, std::int64_t last_seq, UnixMicros now);
  void save();

  // The next rows begin a new span: after a rollback, or when retention cut the open one.
  void restart() { open_.reset(); }

 private:
  std::optional<Span> open_;
  UnixMicros opened_at_ = 0;
  std::unique_ptr<SQLite::Statement> save_;
};

}  // namespace gateway::store
