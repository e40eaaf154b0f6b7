#pragma once

#include <algorithm>
#include <cstdint>

#include "shared/policy/breaker_state.h"

namespace gateway::policy {

// All that decides about a request, in one word, so that every step of the state machine is one
// compare-and-swap. From the lowest bit: state (2), by hand (1), generation (19), and 42 of
//   closed     failures in a row (14)
//   open       the steady millisecond in which the pause is over (42: 139 years)
//   half open  successes in a row (14), probes under way (10)
// Every transition raises the generation, by which an outcome is told from those of another time.
// It wraps: after half a million transitions one outcome could be taken for one of its own time.
class BreakerWord {
 public:
  static constexpr std::uint32_t kMaxCount = (1u << 14) - 1;
  static constexpr std::uint32_t kMaxProbes = (1u << 10) - 1;
  static constexpr std::uint64_t kMaxUntil = (std::uint64_t{1} << 42) - 1;

  explicit BreakerWord(std::uint64_t raw = 0) : raw_(raw) {}

  static BreakerWord closed(std::uint32_t generation, std::uint32_t failures) {
    return make(BreakerState::closed, generation, std::min(failures, kMaxCount));
  }
  static BreakerWord open(std::uint32_t generation, std::uint64_t until_ms, bool by_hand) {
    BreakerWord word = make(BreakerState::open, generation, std::min(until_ms, kMaxUntil));
    if (by_hand) word.raw_ |= kByHand;
    return word;
  }
  static BreakerWord half_open(std::uint32_t generation, std::uint32_t successes,
                               std::uint32_t probes) {
    const std::uint64_t counts = std::uint64_t{std::min(probes, kMaxProbes)} << 14;
    return make(BreakerState::half_open, generation, counts | std::min(successes, kMaxCount));
  }

  std::uint64_t raw() const { return raw_; }
  BreakerState state() const { return static_cast<BreakerState>(raw_ & 3); }
  bool by_hand() const { return (raw_ & kByHand) != 0; }
  std::uint32_t generation() const {
    return static_cast<std::uint32_t>(raw_ >> kGenerationShift) & kGenerationMask;
  }
  std::uint32_t next_generation() const { return (generation() + 1) & kGenerationMask; }

  // Of the state that has them.
  std::uint32_t failures() const { return count(); }
  std::uint64_t until_ms() const { return raw_ >> kPayloadShift; }
  std::uint32_t successes() const { return count(); }
  std::uint32_t probes() const {
    return static_cast<std::uint32_t>(raw_ >> (kPayloadShift + 14)) & kMaxProbes;
  }

 private:
  static constexpr std::uint64_t kByHand = 4;
  static constexpr unsigned kGenerationShift = 3;
  static constexpr std::uint32_t kGenerationMask = (1u << 19) - 1;
  static constexpr unsigned kPayloadShift = 22;

  static BreakerWord make(BreakerState state, std::uint32_t generation, std::uint64_t payload) {
    return BreakerWord(payload << kPayloadShift |
                       std::uint64_t{generation & kGenerationMask} << kGenerationShift |
                       static_cast<std::uint64_t>(state));
  }
  std::uint32_t count() const {
    return static_cast<std::uint32_t>(raw_ >> kPayloadShift) & kMaxCount;
  }

  std::uint64_t raw_;
};

}  // namespace gateway::policy
