#include "shared/routing/text_index.h"

#include <cassert>
#include <cstring>

namespace gateway::routing {
namespace {

constexpr std::size_t kFirstSlots = 16;

template <class Word>
std::uint64_t load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 29;
}

// Eight octets a step; the last step overlaps the one before, so no octet is read alone.
std::uint32_t hash_of(std::uint32_t scope, std::string_view text) {
  const char* at = text.data();
  const std::size_t size = text.size();
  std::uint64_t hash = mix(size, scope);
  if (size >= 8) {
    for (const char* end = at + size - 8; at < end; at += 8)
      hash = mix(hash, load<std::uint64_t>(at));
    hash = mix(hash, load<std::uint64_t>(text.data() + size - 8));
  } else if (size >= 4) {
    hash = mix(hash, load<std::uint32_t>(at) << 32 | load<std::uint32_t>(at + size - 4));
  } else if (size > 0) {
    hash = mix(hash, load<std::uint8_t>(at) << 16 | load<std::uint8_t>(at + size / 2) << 8 |
                         load<std::uint8_t>(at + size - 1));
  }
  return static_cast<std::uint32_t>(mix(hash, 0) >> 32);
}

}  // namespace

std::size_t TextIndex::locate(std::uint32_t scope, std::string_view text,
                              std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.number == kNone) return at;
    if (slot.hash == hash && slot.scope == scope && slot.size == text.size() &&
        std::memcmp(texts_.data() + slot.offset, text.data(), text.size()) == 0) {
      return at;
    }
  }
}

std::uint32_t TextIndex::find(std::uint32_t scope, std::string_view text) const {
  if (slots_.empty()) return kNone;
  return slots_[locate(scope, text, hash_of(scope, text))].number;
}

std::uint32_t TextIndex::find_or_add(std::uint32_t scope, std::string_view text,
                                     std::uint32_t number) {
  assert(number != kNone);
  if (2 * (used_ + 1) > slots_.size()) grow();
  const std::uint32_t hash = hash_of(scope, text);
  Slot& slot = slots_[locate(scope, text, hash)];
  if (slot.number != kNone) return slot.number;
  slot = {hash, scope, number, static_cast<std::uint32_t>(text.size()),
          static_cast<std::uint32_t>(texts_.size())};
  texts_ += text;
  ++used_;
  return number;
}

void TextIndex::grow() {
  std::vector<Slot> old(slots_.empty() ? kFirstSlots : 2 * slots_.size());
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.number == kNone) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].number != kNone) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace gateway::routing
