#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/base/clock.h"

namespace gateway::store {

inline constexpr std::size_t kMaxStatsRows = 10'000;

enum class StatsBy : std::uint8_t { route, service, status };

// Figures of the requests that started in a window. The window is widened to whole minutes, and to
// whole hours or days where it reaches past the days that minutes and hours are kept.
struct StatsQuery {
  UnixMicros since = 0;
  UnixMicros until = 0;  // exclusive
  StatsBy by = StatsBy::route;
  std::string route;         // only this one; empty: all
  std::string service;       // only this one; empty: all
  std::size_t limit = 1000;  // rows with the most requests; 1 to kMaxStatsRows; clamped
};

// Percentiles are within 1.6 % of the true value; the maximum is exact.
struct StatsRow {
  std::string key;  // name of the route or service, empty when there was none; "2xx" by status
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;  // status ≥ 500
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t mean_us = 0;
  std::uint32_t p50_us = 0;
  std::uint32_t p90_us = 0;
  std::uint32_t p95_us = 0;
  std::uint32_t p99_us = 0;
  std::uint32_t max_us = 0;
};

struct Stats {
  UnixMicros since = 0;  // the window that was really counted
  UnixMicros until = 0;
  std::vector<StatsRow> rows;  // most requests first; by status: in the order of the classes
  StatsRow total;              // key "total"
};

}  // namespace gateway::store
