#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "shared/routing/segment.h"

namespace gateway::routing {

// A flat hash table from a text without slashes, within a scope, to a number. Filled once, then
// only read, by any number of threads. What is looked up comes from clients, what is stored from
// the config: a client cannot lengthen a probe.
class TextIndex {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  // The number of `text` in `scope`, or kNone.
  std::uint32_t find(std::uint32_t scope, std::string_view text) const {
    return find(scope, text, scan_segment(text, 0).hash);
  }
  // The same where the hash of scan_segment() is known.
  std::uint32_t find(std::uint32_t scope, std::string_view text, std::uint64_t hash) const {
    return slots_.empty() ? kNone : slots_[locate(scope, text, hash)].number;
  }

  // The number that is there already, else adds `number`, which must not be kNone, and returns it.
  std::uint32_t find_or_add(std::uint32_t scope, std::string_view text, std::uint32_t number);

 private:
  struct Slot {
    std::uint32_t scope = 0;
    std::uint32_t number = kNone;
    std::uint32_t offset = 0;  // into texts_
    std::uint32_t size = 0;
    std::uint64_t hash = 0;  // of the text alone
  };

  static std::size_t home(std::uint32_t scope, std::uint64_t hash) {
    return static_cast<std::size_t>(segment_detail::mix(hash, scope));
  }

  // The slot of `text`, or the free one where it belongs.
  std::size_t locate(std::uint32_t scope, std::string_view text, std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = home(scope, hash) & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.number == kNone) return at;
      if (slot.hash == hash && slot.scope == scope && slot.size == text.size() &&
          std::memcmp(texts_.data() + slot.offset, text.data(), text.size()) == 0) {
        return at;
      }
    }
  }
  void grow();

  std::vector<Slot> slots_;  // a power of two of them, at most half in use
  std::size_t used_ = 0;
  std::string texts_;
};

}  // namespace gateway::routing
