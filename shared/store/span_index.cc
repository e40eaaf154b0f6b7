#include "shared/store/span_index.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

namespace gateway::store {

SpanIndex::SpanIndex(SQLite::Database& db)
    : save_(std::make_unique<SQLite::Statement>(
          db,
          "INSERT INTO spans VALUES (?, ?, ?, ?, ?) ON CONFLICT (first) DO UPDATE SET "
          "last = excluded.last, min_time = excluded.min_time, "
          "max_time = excluded.max_time, classes = excluded.classes")) {}

SpanIndex::~SpanIndex() = default;

void SpanIndex::note(std::span<const RequestRow> rows, std::int64_t last_seq, UnixMicros now) {
  if (rows.empty()) return;
  const UnixMicros longest = std::chrono::duration_cast<microseconds>(kSpanTime).count();
  if (open_ && (open_->last - open_->first >= kSpanRows || now - opened_at_ >= longest ||
                now < opened_at_)) {
    save();
    open_.reset();
  }
  if (!open_) {
    const auto count = static_cast<std::int64_t>(rows.size());
    open_ = Span{last_seq - count + 1, last_seq, rows[0].time, rows[0].time, 0};
    opened_at_ = now;
  }
  open_->last = last_seq;
  for (const RequestRow& row : rows) {
    open_->min_time = std::min(open_->min_time, row.time);
    open_->max_time = std::max(open_->max_time, row.time);
    open_->classes |= 1u << status_class(row.status);
  }
}

void SpanIndex::save() {
  if (!open_) return;
  save_->tryReset();
  save_->bind(1, open_->first);
  save_->bind(2, open_->last);
  save_->bind(3, open_->min_time);
  save_->bind(4, open_->max_time);
  save_->bind(5, open_->classes);
  save_->exec();
  save_->tryReset();
}

}  // namespace gateway::store
