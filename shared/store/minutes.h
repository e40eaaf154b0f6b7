#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/store/histogram.h"
#include "shared/store/process_event.h"

namespace gateway::store {

// Requests of one service and status class that started in one minute.
struct ServiceMinute {
  std::int64_t start = 0;  // Unix seconds
  std::string service;     // empty: none was chosen
  std::uint8_t status_class = 0;
  std::uint64_t requests = 0;
  Histogram latency;  // microseconds
};

// Security events of one kind and rule in one minute.
struct RuleMinute {
  std::int64_t start = 0;  // Unix seconds
  std::string kind;        // a decider's name
  std::string rule;
  std::uint64_t events = 0;
};

inline constexpr std::size_t kMaxRuleMinutes = 50'000;

// Minute by minute what a window holds, in the order of time. `complete`: minutes are still kept of
// all of it, and no rule minute was left out.
struct MinuteFigures {
  std::vector<ServiceMinute> services;
  std::vector<RuleMinute> rules;
  std::vector<ProcessEvent> processes;
  bool complete = true;
};

}  // namespace gateway::store
