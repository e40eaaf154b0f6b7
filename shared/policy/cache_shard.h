#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shared/policy/cache_entry.h"

namespace gateway::policy {

// One who waits until another's fetch of the same has ended.
class CacheWaiter {
 public:
  virtual ~CacheWaiter() = default;
  // Called once, by whatever thread ends the fetch, while a lock of the store is held: to pass the
  // news on and do nothing else.
  virtual void fetched() = 0;
};

// A part of a CacheStore, under a lock of its own. Any thread.
class CacheShard {
 public:
  using Entry = std::shared_ptr<const CacheEntry>;
  // Entries that were taken out, so that the caller frees them once the lock is gone.
  using Removed = std::vector<Entry>;

  CacheShard() = default;
  CacheShard(const CacheShard&) = delete;
  CacheShard& operator=(const CacheShard&) = delete;

  // Calls `fits(entry)` for each entry of this key until it is true, and returns that one.
  template <class Fits>
  Entry find(std::string_view key, std::uint64_t hash, Fits fits);
  // In place of the entry for which `replaces(entry)`; of one key at most kMaxVariants are kept.
  template <class Replaces>
  void insert(Entry entry, Replaces replaces, Removed& removed);
  // Takes out every entry for which `matches(entry)`.
  template <class Matches>
  void remove_if(Matches matches, Removed& removed);
  // The one that SIEVE gives up; null: there is none, or all were asked for since the last time.
  Entry evict();

  enum class Joined : std::uint8_t { leads, waits, full };
  Joined join(std::string_view key, std::uint32_t max_waiting,
              const std::shared_ptr<CacheWaiter>& waiter);
  void leave(std::string_view key, const CacheWaiter* waiter);
  std::size_t end_fetch(std::string_view key);

  std::size_t entries() const;
  void count_fetches(std::uint64_t& fetching, std::uint64_t& waiting) const;

 private:
  static constexpr std::size_t kMaxVariants = 32;

  // The newest at the front; the hand goes from the back to the front.
  struct Node {
    Entry entry;
    bool visited = false;
  };
  using Nodes = std::list<Node>;
  using Fetches = std::unordered_map<std::string, std::vector<std::shared_ptr<CacheWaiter>>>;

  Entry take_out(Nodes::iterator node);
  void forget(Nodes::iterator node);

  mutable std::mutex mutex_;
  Nodes nodes_;
  Nodes::iterator hand_ = nodes_.end();
  std::unordered_multimap<std::uint64_t, Nodes::iterator> index_;  // by hash of the key
  Fetches fetches_;                                                // by key
};

template <class Fits>
CacheShard::Entry CacheShard::find(std::string_view key, std::uint64_t hash, Fits fits) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = index_.equal_range(hash);
  for (auto item = first; item != last; ++item) {
    Node& node = *item->second;
    if (node.entry->key != key || !fits(*node.entry)) continue;
    node.visited = true;
    return node.entry;
  }
  return nullptr;
}

template <class Replaces>
void CacheShard::insert(Entry entry, Replaces replaces, Removed& removed) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = index_.equal_range(entry->hash);
  std::size_t variants = 0;
  Nodes::iterator oldest = nodes_.end();
  Nodes::iterator replaced = nodes_.end();
  for (auto item = first; item != last; ++item) {
    const Nodes::iterator node = item->second;
    if (node->entry->key != entry->key) continue;
    ++variants;
    if (replaces(*node->entry)) replaced = node;
    if (oldest == nodes_.end() || node->entry->times.received < oldest->entry->times.received) {
      oldest = node;
    }
  }
  if (replaced == nodes_.end() && variants >= kMaxVariants) replaced = oldest;
  if (replaced != nodes_.end()) removed.push_back(take_out(replaced));
  const std::uint64_t hash = entry->hash;
  nodes_.push_front({std::move(entry), false});
  index_.emplace(hash, nodes_.begin());
}

template <class Matches>
void CacheShard::remove_if(Matches matches, Removed& removed) {
  const std::lock_guard lock(mutex_);
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    const auto next = std::next(node);
    if (matches(*node->entry)) removed.push_back(take_out(node));
    node = next;
  }
}

}  // namespace gateway::policy
