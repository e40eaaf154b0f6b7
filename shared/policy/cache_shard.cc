#include "shared/policy/cache_shard.h"

#include <algorithm>

namespace gateway::policy {

CacheShard::Entry CacheShard::take_out(Nodes::iterator node) {
  Entry entry = std::move(node->entry);
  const auto [first, last] = index_.equal_range(entry->hash);
  const auto item = std::find_if(first, last, [&](const auto& at) { return at.second == node; });
  if (item != last) index_.erase(item);
  // The hand stays where it would go next: towards the front.
  if (hand_ == node) hand_ = node == nodes_.begin() ? nodes_.end() : std::prev(node);
  nodes_.erase(node);
  return entry;
}

CacheShard::Entry CacheShard::evict() {
  const std::lock_guard lock(mutex_);
  // Once round at most: where all were asked for, another shard is to give something up first.
  for (std::size_t looked = 0; looked < nodes_.size(); ++looked) {
    if (hand_ == nodes_.end()) hand_ = std::prev(nodes_.end());
    if (!hand_->visited) return take_out(hand_);
    hand_->visited = false;
    hand_ = hand_ == nodes_.begin() ? nodes_.end() : std::prev(hand_);
  }
  return nullptr;
}

CacheShard::Joined CacheShard::join(std::string_view key, std::uint32_t max_waiting,
                                    const std::shared_ptr<CacheWaiter>& waiter) {
  const std::lock_guard lock(mutex_);
  const auto [fetch, leads] = fetches_.try_emplace(std::string(key));
  if (leads) return Joined::leads;
  if (waiter == nullptr || fetch->second.size() >= max_waiting) return Joined::full;
  fetch->second.push_back(waiter);
  return Joined::waits;
}

void CacheShard::leave(std::string_view key, const CacheWaiter* waiter) {
  const std::lock_guard lock(mutex_);
  const auto fetch = fetches_.find(std::string(key));
  if (fetch == fetches_.end()) return;
  std::erase_if(fetch->second, [&](const auto& waits) { return waits.get() == waiter; });
}

std::size_t CacheShard::end_fetch(std::string_view key) {
  // Under the lock, so that nobody is told once leave() has returned.
  const std::lock_guard lock(mutex_);
  const auto fetch = fetches_.find(std::string(key));
  if (fetch == fetches_.end()) return 0;
  const std::size_t waited = fetch->second.size();
  for (const auto& waiter : fetch->second) waiter->fetched();
  fetches_.erase(fetch);
  return waited;
}

std::size_t CacheShard::entries() const {
  const std::lock_guard lock(mutex_);
  return nodes_.size();
}

void CacheShard::count_fetches(std::uint64_t& fetching, std::uint64_t& waiting) const {
  const std::lock_guard lock(mutex_);
  fetching += fetches_.size();
  for (const auto& [key, waiters] : fetches_) waiting += waiters.size();
}

}  // namespace gateway::policy
