#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <unordered_map>

#include "shared/store/histogram.h"
#include "shared/store/request_row.h"

namespace gateway::store {

// Which requests a rollup counts: those of one route, service and status class that started in one
// minute, hour or day.
struct RollupKey {
  std::int64_t start = 0;  // Unix seconds
  std::uint32_t route = 0;
  std::uint32_t service = 0;
  std::uint8_t status_class = 0;

  auto operator<=>(const RollupKey&) const = default;
};

struct RollupCell {
  std::uint64_t requests = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t sum_us = 0;
  std::uint32_t max_us = 0;
  Histogram latency;

  void merge(const RollupCell& other);
};

inline constexpr std::int64_t kMinute = 60;
inline constexpr std::int64_t kHour = 3600;
inline constexpr std::int64_t kDay = 86400;

// The greatest multiple of `width` that is not above `time`.
constexpr std::int64_t floor_to(std::int64_t time, std::int64_t width) {
  const std::int64_t rest = time % width;
  return time - (rest < 0 ? rest + width : rest);
}

// The part of a row that rollups count.
struct RollupSample {
  UnixMicros time = 0;
  std::uint32_t route = 0;
  std::uint32_t service = 0;
  std::uint16_t status = 0;
  std::uint32_t total_us = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

// Minute cells of the rows that are written but not yet in the rollups. A row costs some 20 ns:
// cells used a moment ago are found without hashing into the map.
class PendingRollups {
 public:
  struct Hash {
    std::size_t operator()(const RollupKey& key) const;
  };
  using Cells = std::unordered_map<RollupKey, RollupCell, Hash>;

  void add(const RollupSample& sample);
  void clear();
  const Cells& cells() const { return cells_; }

 private:
  struct Recent {
    RollupKey key;
    RollupCell* cell = nullptr;
  };

  Cells cells_;
  std::array<Recent, 64> recent_{};
};

}  // namespace gateway::store
