#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"

namespace gateway::store {

inline constexpr std::size_t kMaxStatsRows = 10'000;

// Different clients, users or paths that are told apart; what comes beyond stands in one row,
// kOtherKeys.
inline constexpr std::size_t kMaxStatsKeys = 4'096;
inline constexpr const char* kOtherKeys = "(others)";

enum class StatsBy : std::uint8_t { route, service, status, client, user, path };

// Whether the rollups know this: then a window of any length costs milliseconds. The others are
// counted row by row, newest first, some million rows a second.
constexpr bool in_rollups(StatsBy by) {
  return by == StatsBy::route || by == StatsBy::service || by == StatsBy::status;
}

// Figures of the requests that started in a window. The window is widened to whole minutes, and to
// whole hours or days where it reaches past the days that minutes and hours are kept.
struct StatsQuery {
  UnixMicros since = 0;
  UnixMicros until = 0;  // exclusive
  StatsBy by = StatsBy::route;
  std::string route;               // only this one; empty: all
  std::string service;             // only this one; empty: all
  std::size_t limit = 1000;        // rows with the most requests; 1 to kMaxStatsRows; clamped
  milliseconds time_limit{2'000};  // counting row by row ends here
};

// Percentiles are within 1.6 % of the true value; the maximum is exact.
struct StatsRow {
  // Name of the route or service, the client, the user, empty when there was none; "2xx" by status;
  // by path as of path_pattern().
  std::string key;
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
  bool complete = true;        // false: the time limit ended it, `since` says where

  // Requests a second over the window.
  double rate_of(const StatsRow& row) const {
    return until <= since
               ? 0
               : static_cast<double>(row.requests) * 1e6 / static_cast<double>(until - since);
  }
};

// `path` with "*" for every segment that looks like an id: one with a digit, versions (v1) aside,
// or of more than 40 bytes. At most eight segments, then "…".
std::string path_pattern(std::string_view path);

}  // namespace gateway::store
