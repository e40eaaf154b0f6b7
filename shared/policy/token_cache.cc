#include "shared/policy/token_cache.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace gateway::policy {

TokenCache::TokenCache(std::size_t capacity)
    : capacity_(std::min<std::size_t>(capacity, kNone)),
      buckets_(std::bit_ceil(std::max<std::size_t>(capacity_, 1)), kNone) {}

// The end alone: it is where a token has its signature, and its begin is that of many others.
std::size_t TokenCache::hash_of(std::string_view text) {
  constexpr std::size_t kEnd = 64;
  if (text.size() > kEnd) text.remove_prefix(text.size() - kEnd);
  return std::hash<std::string_view>{}(text);
}

void TokenCache::use_generation(std::uint64_t generation) {
  if (generation == generation_) return;
  generation_ = generation;
  slots_.clear();
  size_ = 0;
  hand_ = 0;
  std::fill(buckets_.begin(), buckets_.end(), kNone);
}

std::uint32_t TokenCache::index_of(std::string_view text, std::size_t hash) {
  std::uint32_t at = bucket(hash);
  while (at != kNone && (slots_[at].hash != hash || slots_[at].text != text)) at = slots_[at].next;
  return at;
}

const KnownIdentity* TokenCache::find(std::string_view text, UnixMicros now) {
  const std::uint32_t at = index_of(text, hash_of(text));
  if (at == kNone) return nullptr;
  Slot& slot = slots_[at];
  if (now >= slot.known.keep_until) return release(at), nullptr;
  slot.used = true;
  return &slot.known;
}

void TokenCache::insert(std::string_view text, KnownIdentity known) {
  if (capacity_ == 0) return;
  const std::size_t hash = hash_of(text);
  std::uint32_t at = index_of(text, hash);
  if (at == kNone) {
    at = take_slot();
    Slot& slot = slots_[at];
    slot.text = text;
    slot.hash = hash;
    slot.next = std::exchange(bucket(hash), at);
    slot.free = false;
    ++size_;
  }
  slots_[at].known = std::move(known);
  slots_[at].used = false;
}

void TokenCache::erase(std::string_view text) {
  const std::uint32_t at = index_of(text, hash_of(text));
  if (at != kNone) release(at);
}

// A free slot; when all are taken, that of the first entry that was not used since the last round.
std::uint32_t TokenCache::take_slot() {
  if (slots_.size() < capacity_) {
    slots_.emplace_back();
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }
  for (;; hand_ = (hand_ + 1) % slots_.size()) {
    Slot& slot = slots_[hand_];
    if (!slot.free && std::exchange(slot.used, false)) continue;
    const auto at = static_cast<std::uint32_t>(hand_);
    if (!slot.free) release(at);
    hand_ = (hand_ + 1) % slots_.size();
    return at;
  }
}

void TokenCache::release(std::uint32_t index) {
  std::uint32_t* link = &bucket(slots_[index].hash);
  while (*link != index) link = &slots_[*link].next;
  *link = slots_[index].next;
  slots_[index] = Slot();
  --size_;
}

}  // namespace gateway::policy
