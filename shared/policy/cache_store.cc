#include "shared/policy/cache_store.h"

#include <utility>

namespace gateway::policy {
namespace {

// What one reservation may evict at most in vain: entries that are still being sent give nothing
// back, and must not cost all others their place.
constexpr int kMostInVain = 64;

bool fits(const CachePurge& what, const CacheEntry& entry) {
  const CachePlace place = place_in(entry.key);
  if (!what.host.empty() && place.host != what.host) return false;
  if (!what.path.empty() && place.path != what.path) return false;
  if (!place.path.starts_with(what.prefix)) return false;
  if (what.tag.empty()) return true;
  for (const std::string_view tag : entry.tags) {
    if (tag == what.tag) return true;
  }
  return false;
}

}  // namespace

FillTicket& FillTicket::operator=(FillTicket&& other) noexcept {
  end();
  store_ = std::exchange(other.store_, nullptr);
  key_ = std::move(other.key_);
  hash_ = other.hash_;
  return *this;
}

std::size_t FillTicket::end() {
  if (store_ == nullptr) return 0;
  CacheStore& store = *std::exchange(store_, nullptr);
  return store.shard_of(hash_).end_fetch(key_);
}

CacheStore::CacheStore(std::uint64_t memory, const HashKey& key)
    : key_(key),
      budget_(memory),
      generations_(std::make_unique<std::atomic<std::uint32_t>[]>(kSlots)) {}

std::uint64_t CacheStore::hash_of(std::string_view key) const {
  KeyedHash hash(key_);
  hash.add_text(key);
  return hash.finish();
}

std::uint32_t CacheStore::slot_of(std::string_view host, std::string_view path) const {
  KeyedHash hash(key_);
  hash.add_text(host);
  hash.add_text(path);
  return static_cast<std::uint32_t>(hash.finish() % kSlots);
}

bool CacheStore::is_current(const CacheEntry& entry) const {
  return generations_[entry.slot].load(std::memory_order_relaxed) == entry.generation;
}

CacheStore::Found CacheStore::find(std::string_view key, std::uint64_t hash, const Fields& request,
                                   std::int64_t now) {
  Found found;
  found.entry = shard_of(hash).find(key, hash, [&](const CacheEntry& entry) {
    if (!is_current(entry)) return false;
    if (entry.passes_until != 0) {
      found.passes |= now < entry.passes_until;
      return false;
    }
    found.uri_known = true;
    return vary_matches(entry.vary, request);
  });
  return found;
}

void CacheStore::begin(CacheEntry& entry) const {
  const CachePlace place = place_in(entry.key);
  entry.slot = slot_of(place.host, place.path);
  entry.generation = generations_[entry.slot].load(std::memory_order_relaxed);
  entry.purges = purges_.load(std::memory_order_relaxed);
}

bool CacheStore::reserve(CacheShare& share, std::uint64_t bytes) {
  if (bytes > budget_.most()) return false;
  std::size_t nothing = 0;  // shards in a row that gave none up
  int in_vain = 0;
  while (!share.grow(bytes)) {
    // The second time round no mark is left but those of hits meanwhile.
    if (nothing > 2 * kShards || in_vain == kMostInVain) return false;
    const std::uint32_t next = evicts_next_.fetch_add(1, std::memory_order_relaxed);
    CacheShard::Entry victim = shards_[next % kShards].evict();
    if (victim == nullptr) {
      ++nothing;
      continue;
    }
    nothing = 0;
    evicted_.fetch_add(1, std::memory_order_relaxed);
    const bool is_sent = victim.use_count() > 1;
    if (is_sent) ++in_vain;
  }
  return true;
}

bool CacheStore::insert(std::shared_ptr<CacheEntry> entry) {
  const std::uint64_t charge = charge_of(*entry);
  CacheShare share = new_share();
  const bool room = reserve(share, charge);
  const bool current =
      is_current(*entry) && entry->purges == purges_.load(std::memory_order_relaxed);
  if (!room || !current) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  entry->share = std::move(share);
  CacheShard::Removed removed;
  CacheShard& shard = shard_of(entry->hash);
  const CacheEntry& fresh = *entry;
  shard.insert(
      entry,
      [&](const CacheEntry& other) {
        return (other.passes_until != 0) == (fresh.passes_until != 0) && other.vary == fresh.vary;
      },
      removed);
  if (fresh.passes_until == 0) stored_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

CacheStore::Joined CacheStore::join(std::string_view key, std::uint64_t hash,
                                    std::uint32_t max_waiting,
                                    const std::shared_ptr<CacheWaiter>& waiter,
                                    FillTicket& ticket) {
  switch (shard_of(hash).join(key, max_waiting, waiter)) {
    case CacheShard::Joined::leads:
      ticket = FillTicket(*this, std::string(key), hash);
      return Joined::leads;
    case CacheShard::Joined::waits:
      return Joined::waits;
    case CacheShard::Joined::full:
      break;
  }
  return Joined::full;
}

void CacheStore::leave(std::string_view key, std::uint64_t hash, const CacheWaiter* waiter) {
  shard_of(hash).leave(key, waiter);
}

void CacheStore::invalidate(std::string_view host, std::string_view path) {
  generations_[slot_of(host, path)].fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t CacheStore::purge(const CachePurge& what) {
  // First, so that what is being fetched now is not kept afterwards.
  purges_.fetch_add(1, std::memory_order_relaxed);
  std::uint64_t count = 0;
  for (CacheShard& shard : shards_) {
    CacheShard::Removed removed;
    shard.remove_if([&](const CacheEntry& entry) { return fits(what, entry); }, removed);
    for (const auto& entry : removed) {
      if (entry->passes_until == 0) ++count;
    }
  }
  purged_.fetch_add(count, std::memory_order_relaxed);
  return count;
}

CacheFigures CacheStore::figures() const {
  CacheFigures figures;
  figures.bytes = budget_.used();
  figures.most_bytes = budget_.most();
  figures.stored = stored_.load(std::memory_order_relaxed);
  figures.evicted = evicted_.load(std::memory_order_relaxed);
  figures.purged = purged_.load(std::memory_order_relaxed);
  figures.dropped = dropped_.load(std::memory_order_relaxed);
  for (const CacheShard& shard : shards_) {
    figures.entries += shard.entries();
    shard.count_fetches(figures.fetching, figures.waiting);
  }
  return figures;
}

}  // namespace gateway::policy
