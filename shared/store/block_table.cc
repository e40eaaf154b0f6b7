#include "shared/store/block_table.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <cstdlib>

namespace gateway::store {
namespace {

// Paths of one route are much alike.
constexpr std::uint32_t kPathKinds = 32;

}  // namespace

UnixMicros time_of_id(const std::uint8_t* bytes) {
  UnixMicros ms = 0;
  for (int i = 0; i < 6; ++i) ms = ms << 8 | bytes[i];
  return ms * 1'000;
}

BlockTable::BlockTable(SQLite::Database& db)
    : last_(-1),
      insert_(std::make_unique<SQLite::Statement>(
          db, "INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?)")) {}

BlockTable::~BlockTable() = default;

void BlockTable::note(std::span<const RequestRow> rows, std::int64_t last_seq) {
  std::int64_t seq = last_seq - static_cast<std::int64_t>(rows.size()) + 1;
  for (const RequestRow& row : rows) add(row, seq++);
}

void BlockTable::add(const RequestRow& row, std::int64_t seq) {
  const bool open = last_ >= first_;
  if (open && (seq != last_ + 1 || seq - first_ >= kBlockRows)) save();
  if (last_ < first_) {
    first_ = seq;
    min_time_ = max_time_ = row.time;
  }
  last_ = seq;
  min_time_ = std::min(min_time_, row.time);
  max_time_ = std::max(max_time_, row.time);
  groups_.add(row);
  words_.add_name(TextField::client, row.client);
  words_.add_name(TextField::user, row.user);
  words_.add_text(row.route & (kPathKinds - 1), row.path);
  words_.add_text(kPathKinds, row.host);
  words_.add_text(kPathKinds + 1, row.query);
  const UnixMicros id_time = time_of_id(row.id.bytes.data());
  if (std::abs(id_time - row.time) > kIdNearTime) {
    words_.add_id({reinterpret_cast<const char*>(row.id.bytes.data()), row.id.bytes.size()});
  }
}

void BlockTable::save() {
  if (last_ < first_) return;
  const std::string groups = groups_.encode();
  const std::string words = words_.fold();
  insert_->tryReset();
  insert_->bind(1, first_);
  insert_->bind(2, last_);
  insert_->bind(3, min_time_);
  insert_->bind(4, max_time_);
  insert_->bindNoCopy(5, groups.data(), static_cast<int>(groups.size()));
  insert_->bindNoCopy(6, words.data(), static_cast<int>(words.size()));
  insert_->exec();
  insert_->tryReset();
  insert_->clearBindings();
  restart();
}

void BlockTable::restart() {
  insert_->tryReset();
  last_ = first_ - 1;
  groups_.clear();
  words_.clear();
}

}  // namespace gateway::store
