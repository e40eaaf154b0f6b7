#include "shared/store/rollup_cells.h"

#include <algorithm>

namespace gateway::store {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// Multiplication by an odd constant, high bits kept (Knuth, TAOCP 6.4).
std::uint64_t mix(const RollupKey& key) {
  std::uint64_t hash = static_cast<std::uint64_t>(key.start) << 8 | key.status_class;
  hash = hash * 0x9e3779b97f4a7c15u + key.route;
  hash = hash * 0x9e3779b97f4a7c15u + key.service;
  hash *= 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 32;
}

}  // namespace

void RollupCell::merge(const RollupCell& other) {
  requests += other.requests;
  bytes_in += other.bytes_in;
  bytes_out += other.bytes_out;
  sum_us += other.sum_us;
  max_us = std::max(max_us, other.max_us);
  latency.merge(other.latency);
}

std::size_t PendingRollups::Hash::operator()(const RollupKey& key) const {
  return mix(key);
}

void PendingRollups::add(const RollupSample& sample) {
  const RollupKey key{floor_to(sample.time / kMicrosPerSecond, kMinute), sample.route,
                      sample.service, status_class(sample.status)};
  Recent& recent = recent_[mix(key) >> 8 & (recent_.size() - 1)];
  if (recent.cell == nullptr || recent.key != key) recent = {key, &cells_[key]};
  RollupCell& cell = *recent.cell;
  ++cell.requests;
  cell.bytes_in += sample.bytes_in;
  cell.bytes_out += sample.bytes_out;
  cell.sum_us += sample.total_us;
  cell.max_us = std::max(cell.max_us, sample.total_us);
  cell.latency.add(sample.total_us);
}

void PendingRollups::clear() {
  cells_.clear();
  recent_.fill({});
}

}  // namespace gateway::store
