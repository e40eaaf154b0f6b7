#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/base/breaker_state.h"
#include "shared/base/clock.h"
#include "shared/base/health_state.h"
#include "shared/base/uuid.h"

namespace gateway::store {

// Requests that a change of a breaker names at most; of more the last ones.
inline constexpr std::size_t kMaxCausingRequests = 10;
// Breakers that are kept over a restart at most.
inline constexpr std::size_t kMaxSavedBreakers = 100'000;

// One change of a peer's health as it is written; names by their numbers.
struct HealthChangeRow {
  UnixMicros time = 0;
  std::uint32_t service = 0;
  std::uint32_t instance = 0;
  std::string address;  // "10.0.2.11:8081"
  HealthState from = HealthState::unknown;
  HealthState to = HealthState::unknown;
  std::string reason;
};

// One change of a breaker.
struct BreakerChangeRow {
  UnixMicros time = 0;
  std::uint32_t service = 0;
  std::uint32_t instance = 0;  // 0: the breaker is the service's
  BreakerState from = BreakerState::closed;
  BreakerState to = BreakerState::closed;
  std::string reason;
  std::vector<Uuid> requests;  // that caused it, up to kMaxCausingRequests
  std::string by;              // the user's name; empty: nobody asked for it
};

// The checks of one instance that ended in one minute.
struct HealthCheckCell {
  std::int64_t minute = 0;  // Unix seconds of its start
  std::uint32_t service = 0;
  std::uint32_t instance = 0;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t sum_us = 0;
  std::uint64_t max_us = 0;
};

// A breaker that is not closed, as it is kept over a restart.
struct SavedBreaker {
  std::string service;
  std::string instance;  // empty: the breaker is the service's
  BreakerState state = BreakerState::open;
  UnixMicros since = 0;
  UnixMicros until = 0;  // when probes may pass; 0: half open already
  std::string reason;
  std::string by;  // who opened it; empty: nobody asked for it

  bool operator==(const SavedBreaker&) const = default;
};

}  // namespace gateway::store
