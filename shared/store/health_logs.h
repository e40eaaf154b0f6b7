#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/uuid.h"

namespace gateway::store {

inline constexpr std::size_t kMaxHistoryRows = 10'000;

// Which part of the history of health and breakers.
struct HistoryQuery {
  std::string service;       // empty: all of them
  UnixMicros since = 0;      // inclusive
  UnixMicros until = 0;      // exclusive
  std::size_t limit = 1000;  // of each kind of row, 1 to kMaxHistoryRows; clamped
};

// A state is a name of kHealthStateNames or kBreakerStateNames, or its number when it is not known
// here (a newer database). Text is as in LogRow.
struct HealthChangeEntry {
  UnixMicros time = 0;
  std::string service;
  std::string instance;
  std::string address;
  std::string from;
  std::string to;
  std::string reason;
};

struct BreakerChangeEntry {
  UnixMicros time = 0;
  std::string service;
  std::string instance;  // empty: the service's
  std::string from;
  std::string to;
  std::string reason;
  std::vector<Uuid> requests;
  std::string by;
};

// The checks of one instance in the window, counted in whole hours.
struct CheckSum {
  std::string service;
  std::string instance;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t mean_us = 0;
  std::uint64_t max_us = 0;
};

// The newest changes of the window, oldest first. `complete`: there are no more of them.
struct HealthHistory {
  std::vector<HealthChangeEntry> changes;
  std::vector<BreakerChangeEntry> breakers;
  std::vector<CheckSum> checks;
  bool complete = true;
};

}  // namespace gateway::store
