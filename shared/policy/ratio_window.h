#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "shared/base/clock.h"

namespace gateway::policy {

// Counts how many of all things of the last while were of one kind, as failures among requests.
// The window slides in tenths: what is counted is between 9 and 10 tenths of its length. 80 bytes
// of memory whatever is counted. Any thread may call anything; nothing locks or allocates.
//
// Counts belong to a generation, which the caller raises to start anew: counts of another one read
// as none. Within one tenth up to 4 million are counted; past that its counts are halved, which
// leaves the ratio.
class RatioWindow {
 public:
  static constexpr std::uint64_t kBuckets = 10;
  static constexpr std::uint64_t kMaxCount = (1u << 22) - 1;  // in one tenth

  struct Counts {
    std::uint64_t all = 0;
    std::uint64_t some = 0;
  };

  // At least 10 ms. Another length drops, in effect, what was counted.
  void set_length(milliseconds length);

  void add(Counts counts, std::uint32_t generation, SteadyTime now);
  // Takes one of `some` back that was added at `then`, unless its tenth is over.
  void take_back_some(std::uint32_t generation, SteadyTime then);
  Counts counts(std::uint32_t generation, SteadyTime now) const;

 private:
  std::uint64_t bucket_number(SteadyTime now) const;

  // Each: a tag that tells its tenth and generation, then 22 bits of `all` and 22 of `some`.
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint32_t> width_ms_ = 1000;
};

}  // namespace gateway::policy
