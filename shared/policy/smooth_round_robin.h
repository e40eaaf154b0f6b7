#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/policy/weighted_race.h"

namespace gateway::policy {

// Smooth weighted round robin: every entrant earns its weight each turn, the richest is chosen and
// pays what all of them earned. Weights 5, 1 and 1 give a a b a c a a rather than a a a a a b c.
// The weights may change from turn to turn. Not thread-safe: each worker has its own.
class SmoothRoundRobin {
 public:
  // `seed` orders entrants of equal weight, so that not every worker begins with the first.
  SmoothRoundRobin(std::size_t size, std::uint64_t seed) : credits_(size) {
    for (std::size_t i = 0; i < size; ++i) {
      credits_[i] = static_cast<std::int64_t>(mix_bits(seed ^ mix_bits(i + 1)) % kSpread);
    }
  }

  std::size_t size() const { return credits_.size(); }

  // The index of the one whose turn it is. `weight_of(i)` is asked once for each; those of weight 0
  // take no part. At least one must.
  template <class Weight>
  std::uint32_t next(Weight weight_of) {
    std::int64_t earned = 0;
    std::int64_t most = INT64_MIN;
    std::size_t richest = 0;
    for (std::size_t i = 0; i < credits_.size(); ++i) {
      const std::uint32_t weight = weight_of(i);
      earned += weight;
      const std::int64_t credit = credits_[i] += weight;
      // Which one it is, no processor can guess: hence without a branch.
      const bool richer = (weight != 0) & (credit > most);
      most = richer ? credit : most;
      richest = richer ? i : richest;
    }
    assert(earned > 0);
    credits_[richest] -= earned;
    return static_cast<std::uint32_t>(richest);
  }

 private:
  static constexpr std::uint64_t kSpread = 100;  // below any weight that takes part

  std::vector<std::int64_t> credits_;
};

}  // namespace gateway::policy
