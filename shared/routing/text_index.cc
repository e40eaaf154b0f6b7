#include "shared/routing/text_index.h"

#include <cassert>

namespace gateway::routing {

constexpr std::size_t kFirstSlots = 16;

std::uint32_t TextIndex::find_or_add(std::uint32_t scope, std::string_view text,
                                     std::uint32_t number) {
  assert(number != kNone);
  if (2 * (used_ + 1) > slots_.size()) grow();
  const std::uint64_t hash = scan_segment(text, 0).hash;
  Slot& slot = slots_[locate(scope, text, hash)];
  if (slot.number != kNone) return slot.number;
  slot = {scope, number, static_cast<std::uint32_t>(texts_.size()),
          static_cast<std::uint32_t>(text.size()), hash};
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
    std::size_t at = home(slot.scope, slot.hash) & mask;
    while (slots_[at].number != kNone) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace gateway::routing
