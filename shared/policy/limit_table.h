#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "shared/base/clock.h"
#include "shared/policy/keyed_hash.h"
#include "shared/policy/limit_rate.h"

namespace gateway::policy {

// One entry as it is saved. The slots are masked with the id: nobody but the table reads them.
struct LimitRow {
  std::uint64_t id = 0;
  Slots slots{};
  std::uint32_t expires = 0;  // Unix seconds
  std::uint32_t used = 0;     // Unix seconds of the last request
};

// The counters of all limits, one table for all workers. An entry is known by a 64-bit keyed hash
// of its rule and key (rate_limit.h); that two of them collide, once in 2^64 pairs, is accepted:
// they then share a counter.
//
// Any thread may call anything at any time. take() is lock-free, allocates nothing, and is one
// compare-and-swap on one slot, so what passes is exact but for what the clocks of the workers
// differ by, which is less than one request a worker.
//
// Memory is bounded: sets of 8 entries of 32 bytes. A key belongs to one set. When its set is full,
// an entry whose counts have run out gives way first, else the one that was not asked for the
// longest (in whole seconds). An evicted client starts anew. When two workers bring the same new
// key, or one is evicted while another worker counts it, at most one request a worker is not
// counted.
//
// Slots are kept masked with their entry's id. What another entry left there reads as a window or a
// time that is long gone or far ahead, and counts as nothing; so a change of owner is one
// compare-and-swap on the id, and a torn copy is harmless. One in 2^28 new sliding windows (2^12
// token buckets of 30 days, less for shorter ones) starts with a wrong count.
class LimitTable {
 public:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kEntryBytes = 32;
  static constexpr std::size_t kSetBytes = kWays * kEntryBytes;
  static constexpr std::size_t kSlack = 64;  // bytes, for alignment

  // Takes no more than `bytes` of memory, but one set at least. Pages are touched as keys come.
  // Throws std::bad_alloc; nothing else here throws but save().
  LimitTable(std::size_t bytes, const HashKey& key);

  struct Taken {
    Tally tally;
    Charge charge;
  };
  // Counts one request of the entry `id` (not 0), which is made when there is none.
  Taken take(std::uint64_t id, const Rate& rate, UnixMicros now);
  // What take() would say; changes nothing.
  Tally look(std::uint64_t id, const Rate& rate, UnixMicros now) const;
  // Undoes a charge, unless its window is over, its bucket refilled or its entry gone.
  void refund(const Charge& charge, UnixMicros now);

  // Saved with the rows, as they mean nothing under another key.
  const HashKey& key() const { return key_; }
  std::size_t capacity() const { return sets_ * kWays; }  // entries
  std::size_t count_live(UnixMicros now) const;

  // All entries that still count for something: at most capacity(). Workers may count meanwhile;
  // each entry is as it was at some moment of the call.
  std::vector<LimitRow> save(UnixMicros now) const;
  // Brings back what is not over by `now`, has no entry yet and is not older than what its set is
  // full of. Returns how many came back.
  std::size_t restore(std::span<const LimitRow> rows, UnixMicros now);

 private:
  struct Set;
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  struct Victim {
    std::size_t way;
    std::uint64_t owner;
    std::uint64_t rank;  // 0: empty, 1: run out, else its last use + 2
  };
  static constexpr std::size_t kNone = kWays;

  Set& set_of(std::uint64_t id) const;
  static std::size_t find(const Set& set, std::uint64_t id);
  static Victim choose_victim(const Set& set, std::uint32_t now_s);
  static std::size_t find_or_insert(Set& set, std::uint64_t id, std::uint32_t now_s);

  HashKey key_;
  std::size_t sets_;
  std::unique_ptr<void, Free> memory_;
  Set* first_;
};

}  // namespace gateway::policy
