#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gateway::store {

// More counters than this are not kept: those used longest ago are left out.
inline constexpr std::size_t kMaxLimitCounters = 1'000'000;

// One counter of a rate limit as it is kept over a restart. What the numbers mean is its owner's.
struct LimitCounter {
  std::uint64_t id = 0;  // one row each
  std::int64_t a = 0;
  std::int64_t b = 0;
  std::int64_t c = 0;
  std::int64_t used = 0;  // the larger, the later it was used

  bool operator==(const LimitCounter&) const = default;
};

// All counters, and the key that their ids were made with.
struct LimitCounters {
  std::vector<LimitCounter> rows;
  std::array<std::uint8_t, 16> key{};
};

}  // namespace gateway::store
