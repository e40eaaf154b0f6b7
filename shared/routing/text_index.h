#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::routing {

// A flat hash table from a text within a scope to a number. Filled once, then only read, by any
// number of threads. What is looked up comes from clients, what is stored from the config: a
// client cannot lengthen a probe.
class TextIndex {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  // The number of `text` in `scope`, or kNone.
  std::uint32_t find(std::uint32_t scope, std::string_view text) const;

  // The number that is there already, else adds `number`, which must not be kNone, and returns it.
  std::uint32_t find_or_add(std::uint32_t scope, std::string_view text, std::uint32_t number);

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t scope = 0;
    std::uint32_t number = kNone;
    std::uint32_t size = 0;
    std::uint32_t offset = 0;  // into texts_
  };

  // The slot of `text`, or the free one where it belongs.
  std::size_t locate(std::uint32_t scope, std::string_view text, std::uint32_t hash) const;
  void grow();

  std::vector<Slot> slots_;  // a power of two of them, at most half in use
  std::size_t used_ = 0;
  std::string texts_;
};

}  // namespace gateway::routing
