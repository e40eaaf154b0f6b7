#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/cache_budget.h"
#include "shared/policy/cache_entry.h"
#include "shared/policy/cache_shard.h"
#include "shared/policy/keyed_hash.h"

namespace gateway::policy {

// What a purge drops: the answers that fit all that is set; nothing set: all of them.
struct CachePurge {
  std::string host = {};    // lower case, without a port
  std::string path = {};    // in normal form
  std::string prefix = {};  // of the path
  std::string tag = {};
};

// What the store counted since its start, and what it holds.
struct CacheFigures {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t most_bytes = 0;
  std::uint64_t stored = 0;
  std::uint64_t evicted = 0;   // to make room
  std::uint64_t purged = 0;    // by hand
  std::uint64_t dropped = 0;   // not kept for want of room, or as something changed meanwhile
  std::uint64_t fetching = 0;  // answers on their way
  std::uint64_t waiting = 0;   // requests that wait for them
};

class CacheStore;

// The right to fetch what others then wait for; ends their wait when it ends. One thread at a time.
class FillTicket {
 public:
  FillTicket() = default;
  FillTicket(CacheStore& store, std::string key, std::uint64_t hash)
      : store_(&store), key_(std::move(key)), hash_(hash) {}
  FillTicket(FillTicket&& other) noexcept { *this = std::move(other); }
  FillTicket& operator=(FillTicket&& other) noexcept;
  ~FillTicket() { end(); }

  explicit operator bool() const { return store_ != nullptr; }
  // Returns how many had waited.
  std::size_t end();

 private:
  CacheStore* store_ = nullptr;
  std::string key_;
  std::uint64_t hash_ = 0;
};

// Kept answers in bounded memory, one store for all workers: shards with a lock each, which a hit
// holds for some tens of nanoseconds. Any thread may call anything; nothing waits but for such a
// lock, and none is held while memory of an entry is freed.
//
// Which answers stay is SIEVE's choice (Zhang et al., NSDI 2024): a hit sets one bit and moves
// nothing, and what is asked for but once goes first; LRU would have every hit write to a list and
// lets one scan wash all out. Each shard has its own; what makes room takes them in turn, so that
// the budget is one for all and an entry may be larger than a shard's share.
//
// An unsafe request to a path makes what was kept of it, whatever the query, invalid by counting up
// one of kSlots counters that its hash chooses: no search, and a fetch that had begun before is not
// kept either. Two paths share a counter once in kSlots pairs, which costs a fetch.
class CacheStore {
 public:
  // `memory`: bytes of all entries together. `key`: random, so that nobody can aim at one shard.
  CacheStore(std::uint64_t memory, const HashKey& key);

  std::uint64_t hash_of(std::string_view key) const;

  struct Found {
    std::shared_ptr<const CacheEntry> entry;  // null: nothing is kept that fits
    bool uri_known = false;                   // something is, but for other values of Vary
    bool passes = false;                      // no answer of this can be kept, as was seen lately
  };
  // `now`: Unix seconds.
  Found find(std::string_view key, std::uint64_t hash, const Fields& request, std::int64_t now);

  // Notes in `entry`, which is to be filled, what must not change until it is inserted.
  void begin(CacheEntry& entry) const;
  // Makes `share` larger by `bytes`, evicting what is needed. False: there is no room.
  bool reserve(CacheShare& share, std::uint64_t bytes);
  CacheShare new_share() { return CacheShare(budget_); }
  // In place of what is kept under the same key and values of Vary. False: there is no room, or
  // what begin() noted has changed.
  bool insert(std::shared_ptr<CacheEntry> entry);

  enum class Joined : std::uint8_t {
    leads,  // `ticket` is set: fetch it
    waits,  // `waiter` is told when the fetch has ended; leave() once it does not wait any more
    full    // as many wait as may
  };
  Joined join(std::string_view key, std::uint64_t hash, std::uint32_t max_waiting,
              const std::shared_ptr<CacheWaiter>& waiter, FillTicket& ticket);
  void leave(std::string_view key, std::uint64_t hash, const CacheWaiter* waiter);

  // An unsafe request to this path succeeded.
  void invalidate(std::string_view host, std::string_view path);
  // Looks at every entry, a shard at a time. Returns how many it dropped.
  std::uint64_t purge(const CachePurge& what);

  CacheFigures figures() const;

 private:
  friend class FillTicket;
  static constexpr std::size_t kShards = 256;
  static constexpr std::size_t kSlots = 65536;

  CacheShard& shard_of(std::uint64_t hash) { return shards_[hash % kShards]; }
  std::uint32_t slot_of(std::string_view host, std::string_view path) const;
  bool is_current(const CacheEntry& entry) const;

  const HashKey key_;
  CacheBudget budget_;
  std::array<CacheShard, kShards> shards_;
  std::unique_ptr<std::atomic<std::uint32_t>[]> generations_;
  std::atomic<std::uint64_t> purges_ = 0;
  std::atomic<std::uint32_t> evicts_next_ = 0;
  std::atomic<std::uint64_t> stored_ = 0;
  std::atomic<std::uint64_t> evicted_ = 0;
  std::atomic<std::uint64_t> purged_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace gateway::policy
