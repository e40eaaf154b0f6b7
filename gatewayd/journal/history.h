#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "shared/store/health_row.h"

namespace gateway::journal {

// A change of a peer's health; names as in the config.
struct HealthEvent {
  UnixMicros time = 0;
  std::string service;
  std::string instance;  // its url
  std::string address;   // "10.0.2.11:8081"
  HealthState from = HealthState::unknown;
  HealthState to = HealthState::unknown;
  std::string reason;
};

// A change of a breaker.
struct BreakerEvent {
  UnixMicros time = 0;
  std::string service;
  std::string instance;  // empty: the breaker is the service's
  BreakerState from = BreakerState::closed;
  BreakerState to = BreakerState::closed;
  std::string reason;
  std::vector<Uuid> requests;  // that caused it; the last store::kMaxCausingRequests are kept
  std::string by;              // who asked for it; empty: nobody
};

// What has happened to health and breakers and is not yet in the database. Rare, so under a lock;
// bounded, so that a disk that refuses writes costs no more memory. Any thread.
class History {
 public:
  static constexpr std::size_t kMaxChanges = 10'000;  // of each kind; newer ones are dropped
  static constexpr std::size_t kMaxCells = 100'000;   // an instance's checks of one minute each

  // Taken out to be written.
  struct Pending {
    std::vector<store::HealthChangeRow> health;
    std::vector<store::BreakerChangeRow> breakers;
    std::vector<store::HealthCheckCell> checks;
    std::optional<std::vector<store::SavedBreaker>> saved;
    bool empty() const { return health.empty() && breakers.empty() && checks.empty() && !saved; }
  };

  // False: dropped, and counted.
  bool add(store::HealthChangeRow row);
  bool add(store::BreakerChangeRow row);
  bool add_check(UnixMicros time, std::uint32_t service, std::uint32_t instance, bool passed,
                 std::uint64_t latency_us);
  // Takes the place of breakers that wait to be written.
  void save(std::vector<store::SavedBreaker> breakers);

  // Everything but the checks of the minute that `now` is in; with `all` those too.
  Pending take(UnixMicros now, bool all);
  // What could not be written comes again before what came since.
  void put_back(Pending pending);

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  using CellKey = std::tuple<std::int64_t, std::uint32_t, std::uint32_t>;

  bool add_cell(const store::HealthCheckCell& cell);
  template <class Row>
  bool keep(std::vector<Row>& rows, Row row);

  std::mutex mutex_;
  Pending pending_;  // its checks stand in cells_
  std::map<CellKey, store::HealthCheckCell> cells_;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace gateway::journal
