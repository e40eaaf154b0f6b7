#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "shared/base/uuid.h"

namespace gateway::policy {

// The ids of the latest requests that failed: those behind a breaker's opening. Any thread may call
// anything; an id that is being overwritten as it is read is left out.
class FailureIds {
 public:
  static constexpr std::size_t kMost = 8;

  void add(const Uuid& id);
  // Oldest first.
  std::vector<Uuid> latest() const;

 private:
  struct Slot {
    std::atomic<std::uint64_t> high = 0;
    std::atomic<std::uint64_t> low = 0;
    std::atomic<std::uint64_t> check = 0;  // of the two halves; 0: empty
  };
  std::array<Slot, kMost> slots_;
  std::atomic<std::uint64_t> next_ = 0;
};

}  // namespace gateway::policy
