#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "gatewayd/journal/record.h"
#include "shared/base/clock.h"
#include "shared/store/histogram.h"

namespace gateway::journal {

// The last minute of one service.
struct RecentFigures {
  NameId service = 0;
  std::uint64_t requests = 0;
  std::uint64_t errors_5xx = 0;
  std::uint32_t p50_us = 0;
  std::uint32_t p99_us = 0;
};

// Requests of the last minute by service, in slots of five seconds. Times are steady seconds of the
// caller's. Memory: some 5 KB for a service in use. One thread at a time.
class RecentWindow {
 public:
  static constexpr std::int64_t kSlotSeconds = 5;
  static constexpr std::size_t kSlots = 12;
  static constexpr std::size_t kMaxServices = 4096;  // further ones are not followed

  void add(std::int64_t now_s, NameId service, std::uint16_t status, std::uint32_t total_us);
  std::vector<RecentFigures> figures(std::int64_t now_s) const;

 private:
  struct Slot {
    std::int64_t number = -1;  // now_s / kSlotSeconds of what it holds
    std::uint64_t errors = 0;
    std::uint32_t max_us = 0;
    store::Histogram latency;
  };
  using Slots = std::array<Slot, kSlots>;

  std::unordered_map<NameId, Slots> services_;
  NameId last_service_ = 0;
  Slots* last_ = nullptr;
};

}  // namespace gateway::journal
