#include "shared/store/block_walk.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "shared/store/block_table.h"
#include "shared/store/column.h"

namespace gateway::store {
namespace {

constexpr const char* kNewestFirst =
    "SELECT first, last, min_time, max_time, groups, words FROM blocks "
    "WHERE first <= ?2 AND first >= ifnull((SELECT max(first) FROM blocks WHERE first <= ?1), ?1) "
    "ORDER BY first DESC";
constexpr const char* kOldestFirst =
    "SELECT first, last, min_time, max_time, groups, words FROM blocks "
    "WHERE first <= ?2 AND first >= ifnull((SELECT max(first) FROM blocks WHERE first <= ?1), ?1) "
    "ORDER BY first";

}  // namespace

BlockWalk::BlockWalk(SQLite::Database& db, const BlockFilter& filter, Order order, std::int64_t low,
                     std::int64_t high)
    : db_(db),
      filter_(filter),
      order_(order),
      low_(low),
      high_(high),
      blocks_(std::make_unique<SQLite::Statement>(
          db_, order == Order::newest_first ? kNewestFirst : kOldestFirst)) {
  blocks_->bind(1, low);
  blocks_->bind(2, high);
  has_block_ = read_block();
}

BlockWalk::~BlockWalk() = default;

// Blocks of a file that says nonsense (ends before it begins) are passed over.
bool BlockWalk::read_block() {
  while (blocks_->executeStep()) {
    block_first_ = std::max(blocks_->getColumn(0).getInt64(), low_);
    block_last_ = std::min(blocks_->getColumn(1).getInt64(), high_);
    if (block_first_ <= block_last_) return true;
  }
  return false;
}

bool BlockWalk::next(RowRange& range) {
  if (!holds_ && !step(held_)) return false;
  range = held_;
  holds_ = false;
  while (!range.search && step(held_)) {
    holds_ = held_.search;
    if (holds_) break;
    range.first = std::min(range.first, held_.first);
    range.last = std::max(range.last, held_.last);
  }
  return true;
}

bool BlockWalk::step(RowRange& range) {
  if (low_ > high_) return false;
  range = {low_, high_, true, false};
  if (order_ == Order::newest_first) {
    while (has_block_ && block_first_ > high_) has_block_ = read_block();
    if (has_block_) block_last_ = std::min(block_last_, high_);
    range.block = has_block_ && block_last_ == high_;
    if (has_block_) range.first = range.block ? block_first_ : block_last_ + 1;
    high_ = range.first - 1;
  } else {
    while (has_block_ && block_last_ < low_) has_block_ = read_block();
    if (has_block_) block_first_ = std::max(block_first_, low_);
    range.block = has_block_ && block_first_ == low_;
    if (has_block_) range.last = range.block ? block_last_ : block_first_ - 1;
    low_ = range.last + 1;
  }
  range.search = !range.block || may_match();
  return true;
}

bool BlockWalk::may_match() const {
  const UnixMicros min_time = blocks_->getColumn(2).getInt64();
  const UnixMicros max_time = blocks_->getColumn(3).getInt64();
  if (filter_.since && max_time < *filter_.since) return false;
  if (filter_.until && min_time >= *filter_.until) return false;
  if (!filter_.groups.empty() && !may_hold(to_bytes(*blocks_, 4), filter_.groups)) return false;
  if (!filter_.words.empty() && !filter_.words.may_hold(to_bytes(*blocks_, 5))) return false;
  if (!filter_.id) return true;
  const UnixMicros time = time_of_id(filter_.id->bytes.data());
  if (time + kIdNearTime >= min_time && time - kIdNearTime <= max_time) return true;
  WordProbe id;
  id.id({reinterpret_cast<const char*>(filter_.id->bytes.data()), filter_.id->bytes.size()});
  return id.may_hold(to_bytes(*blocks_, 5));
}

}  // namespace gateway::store
