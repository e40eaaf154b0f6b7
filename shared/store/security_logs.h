#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/uuid.h"
#include "shared/store/logs.h"
#include "shared/store/security_row.h"

namespace gateway::store {

// Which security events. What is empty does not restrict.
struct SecurityFilter {
  std::optional<UnixMicros> since;  // inclusive
  std::optional<UnixMicros> until;  // exclusive
  std::string kind;                 // a name of all_deciders()
  std::string rule;                 // exact
  std::optional<SecurityAction> action;
  std::string route;
  std::string user;
  std::string client;
  std::string text;  // in rule, path, host, user, client or detail; ASCII letters of either case
  std::optional<Uuid> id;  // of the request

  // As in LogFilter.
  std::optional<std::int64_t> before;
  std::optional<std::int64_t> after;
  std::size_t limit = 100;  // 1 to kMaxLogRows; clamped
  milliseconds time_limit{2'000};
};

// One event, or one row for many alike. Text is as in LogRow.
struct SecurityLogRow {
  std::int64_t seq = 0;    // order of writing; never used twice
  std::optional<Uuid> id;  // none: the row stands for many requests
  UnixMicros time = 0;
  std::string kind;  // a name of all_deciders(), or its number when it is not known here
  std::string rule;
  SecurityAction action = SecurityAction::blocked;
  std::uint64_t count = 1;  // events that this row stands for
  std::string client;
  std::string user;
  std::string method;
  std::string host;
  std::string path;
  std::string route;
  std::string detail;
};

// Cursor, newest and complete are as in LogPage.
struct SecurityPage {
  std::vector<SecurityLogRow> rows;
  std::int64_t cursor = 0;
  std::int64_t newest = 0;
  bool complete = true;
};

}  // namespace gateway::store
