#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/uuid.h"

namespace gateway::store {

inline constexpr std::size_t kMaxLogRows = 10'000;

// Rows that match and are passed over, at most.
inline constexpr std::size_t kMaxLogOffset = 1'000'000;

// Statuses from the first to the last of them, both included: {404, 404}, {500, 599}.
struct StatusRange {
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  bool operator==(const StatusRange&) const = default;
};

// Which rows of the request log. What is empty does not restrict.
struct LogFilter {
  std::optional<UnixMicros> since;  // start of the request, inclusive
  std::optional<UnixMicros> until;  // exclusive
  std::optional<StatusRange> status;
  std::string method;  // exact
  std::string path_prefix;
  std::string service;
  std::string route;
  std::string user;
  std::string client;
  std::optional<std::uint32_t> slower_than_us;  // total time over this
  std::string text;  // in path, query, host, user or client; ASCII letters of either case
  std::optional<Uuid> id;

  // With `after` rows come oldest first from the one that follows it, otherwise newest first,
  // starting below `before`. Both are values of LogRow::seq or LogPage::cursor.
  std::optional<std::int64_t> before;
  std::optional<std::int64_t> after;
  std::size_t limit = 100;       // 1 to kMaxLogRows; clamped
  std::size_t offset = 0;        // rows that match and are left out first; up to kMaxLogOffset
  milliseconds time_limit{200};  // a search ends here, and goes on from the page's cursor
};

// One request. Text is UTF-8 without control characters: other bytes appear as %XX.
struct LogRow {
  std::int64_t seq = 0;  // order of writing; never used twice
  Uuid id;
  UnixMicros time = 0;
  std::string method;
  std::string host;
  std::string path;
  std::string query;
  std::string client;
  std::string user;
  std::string route;
  std::string service;
  std::string instance;
  std::string decider;  // a name of all_deciders(), or its number when it is not known here
  std::uint16_t status = 0;
  std::uint8_t retries = 0;
  std::uint32_t revision = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t total_us = 0;
  std::uint32_t upstream_us = 0;
};

struct LogPage {
  std::vector<LogRow> rows;
  // Where to go on: as `before` when newest first, as `after` when oldest first. To follow the log,
  // poll with `after` set to this; no row is missed or repeated.
  std::int64_t cursor = 0;
  std::int64_t newest = 0;  // last row written when this page was read; `after` for a first follow
  bool complete = true;     // false: the limit or the time limit ended the search
  std::size_t skipped = 0;  // rows left out for the offset
  // The time limit ended it, newest first: what is not searched yet started before this.
  std::optional<UnixMicros> searched_to;
};

}  // namespace gateway::store
