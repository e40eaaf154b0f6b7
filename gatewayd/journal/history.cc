#include "gatewayd/journal/history.h"

#include <algorithm>
#include <utility>

namespace gateway::journal {
namespace {

constexpr std::int64_t kMinute = 60;

std::int64_t minute_of(UnixMicros time) {
  return time / 1'000'000 / kMinute * kMinute;
}

}  // namespace

template <class Row>
bool History::keep(std::vector<Row>& rows, Row row) {
  if (rows.size() >= kMaxChanges) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  rows.push_back(std::move(row));
  return true;
}

bool History::add(store::HealthChangeRow row) {
  const std::lock_guard lock(mutex_);
  return keep(pending_.health, std::move(row));
}

bool History::add(store::BreakerChangeRow row) {
  const std::lock_guard lock(mutex_);
  return keep(pending_.breakers, std::move(row));
}

bool History::add_check(UnixMicros time, std::uint32_t service, std::uint32_t instance, bool passed,
                        std::uint64_t latency_us) {
  const store::HealthCheckCell cell{minute_of(time),  service,    instance,  passed ? 1u : 0u,
                                    passed ? 0u : 1u, latency_us, latency_us};
  const std::lock_guard lock(mutex_);
  return add_cell(cell);
}

bool History::add_cell(const store::HealthCheckCell& cell) {
  const CellKey key{cell.minute, cell.service, cell.instance};
  if (cells_.size() >= kMaxCells && !cells_.contains(key)) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  store::HealthCheckCell& sum = cells_[key];
  sum.minute = cell.minute;
  sum.service = cell.service;
  sum.instance = cell.instance;
  sum.passed += cell.passed;
  sum.failed += cell.failed;
  sum.sum_us += cell.sum_us;
  sum.max_us = std::max(sum.max_us, cell.max_us);
  return true;
}

void History::save(std::vector<store::SavedBreaker> breakers) {
  const std::lock_guard lock(mutex_);
  pending_.saved = std::move(breakers);
}

History::Pending History::take(UnixMicros now, bool all) {
  const std::lock_guard lock(mutex_);
  Pending taken = std::exchange(pending_, {});
  for (auto cell = cells_.begin(); cell != cells_.end();) {
    // Not only minutes before: a clock that was set back must not hold them for long.
    if (!all && cell->second.minute == minute_of(now)) {
      ++cell;
      continue;
    }
    taken.checks.push_back(cell->second);
    cell = cells_.erase(cell);
  }
  return taken;
}

void History::put_back(Pending pending) {
  const std::lock_guard lock(mutex_);
  for (auto& row : pending_.health) keep(pending.health, std::move(row));
  for (auto& row : pending_.breakers) keep(pending.breakers, std::move(row));
  pending_.health = std::move(pending.health);
  pending_.breakers = std::move(pending.breakers);
  if (!pending_.saved) pending_.saved = std::move(pending.saved);
  for (const store::HealthCheckCell& cell : pending.checks) add_cell(cell);
}

}  // namespace gateway::journal
