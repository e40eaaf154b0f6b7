#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "gatewayd/metrics/method.h"
#include "shared/base/clock.h"
#include "shared/base/decider.h"
#include "shared/policy/content_coding.h"

namespace gateway::metrics {

// What one worker counts. All of it is plain memory that begins as zeros, so that a great number of
// them can be had without touching a page before it is used; one thread changes them, any may read.

// A number that only grows.
struct Figure {
  void add(std::uint64_t amount = 1) {
    // One writer: no locked instruction is needed.
    const std::atomic_ref<std::uint64_t> ref(value);
    ref.store(ref.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  std::uint64_t read() const {
    return std::atomic_ref<std::uint64_t>(const_cast<std::uint64_t&>(value))
        .load(std::memory_order_relaxed);
  }

  std::uint64_t value;
};

// Upper bounds of the buckets of every duration, inclusive; one more bucket has what is beyond.
inline constexpr std::array<std::int64_t, 13> kBucketBounds = {
    1000,    2500,    5000,      10'000,    25'000,    50'000,    100'000,
    250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};  // µs

struct Histogram {
  void add(microseconds took) {
    std::size_t bucket = 0;
    while (bucket < kBucketBounds.size() && took.count() > kBucketBounds[bucket]) ++bucket;
    buckets[bucket].add();
    sum_us.add(static_cast<std::uint64_t>(took.count() < 0 ? 0 : took.count()));
  }

  Figure buckets[kBucketBounds.size() + 1];  // not cumulative
  Figure sum_us;
};

// Answers by method and status. Of the pairs that come first so many are told apart, and the rest
// are counted together: a service that invents statuses cannot make this grow.
struct CodeCounts {
  static constexpr std::size_t kPairs = 64;

  void add(Method method, std::uint16_t status) {
    const std::uint32_t key = (std::uint32_t{status} << 4 | static_cast<std::uint32_t>(method)) + 1;
    std::size_t at = (key * 0x9e3779b1u) >> 26;
    for (std::size_t looked = 0; looked < kPairs; ++looked, at = (at + 1) % kPairs) {
      const std::atomic_ref<std::uint32_t> slot(keys[at]);
      const std::uint32_t held = slot.load(std::memory_order_relaxed);
      if (held == 0) slot.store(key, std::memory_order_relaxed);
      if (held == 0 || held == key) return counts[at].add();
    }
    rest.add();
  }

  // Calls `item(method, status, count)` for every pair that was counted.
  template <class Item>
  void for_each(Item item) const {
    for (std::size_t at = 0; at < kPairs; ++at) {
      const std::uint32_t key = std::atomic_ref<std::uint32_t>(const_cast<std::uint32_t&>(keys[at]))
                                    .load(std::memory_order_relaxed);
      const std::uint64_t count = counts[at].read();
      if (key == 0 || count == 0) continue;
      item(static_cast<Method>((key - 1) & 15), static_cast<std::uint16_t>((key - 1) >> 4), count);
    }
  }

  Figure counts[kPairs];
  Figure rest;
  std::uint32_t keys[kPairs];  // status << 4 | method, plus 1; 0: free
};

// What the cache did for a request.
enum class CacheResult : std::uint8_t { hit, stale, revalidated, collapsed, miss, passed };
inline constexpr std::array<std::string_view, 6> kCacheResultNames = {
    "hit", "stale", "revalidated", "collapsed", "miss", "passed"};

// One route on one worker.
struct RouteFigures {
  CodeCounts codes;
  Figure cache[kCacheResultNames.size()];
  Figure coded[policy::kCodings];  // answers that were compressed
  Histogram durations[kMethods];   // of the whole exchange
};

// One service on one worker.
struct ServiceFigures {
  // By the Decider that answered in the service's place; 0 has its own answers from 500 on.
  static constexpr std::size_t kErrors = 80;
  static_assert(static_cast<std::size_t>(Decider::internal) < kErrors);

  void add_error(Decider decider) {
    errors[std::min(static_cast<std::size_t>(decider), kErrors - 1)].add();
  }

  CodeCounts codes;
  Histogram durations;  // of the whole exchange
  Figure errors[kErrors];
  Figure retries;
};

// One rule of limits on one worker.
struct RuleFigures {
  Figure refused;
  Figure observed;  // would have been refused, were the rule not set to observe
};

}  // namespace gateway::metrics
