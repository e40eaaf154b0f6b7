#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace gateway::policy {

// Spreads every bit of `word` over all of the result; one to one (the finalizer of SplitMix64).
constexpr std::uint64_t mix_bits(std::uint64_t word) {
  word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
  word = (word ^ word >> 27) * 0x94d049bb133111ebu;
  return word ^ word >> 31;
}

// What `id` draws for `key`: 53 bits; the lower, the sooner.
constexpr std::uint64_t race_draw(std::uint64_t key, std::uint64_t id) {
  return mix_bits(key ^ id) >> 11;
}

// Weighted rendezvous hashing: for one key every entrant runs a time that depends on the key, its
// id and its weight alone, and the soonest wins. Over many keys
// - each wins by its share of the weights;
// - who enters or leaves takes and gives up only its own keys, and an entrant whose weight grows
//   against all others loses none;
// - the keys of one that is left out are spread over all others by their weights.
// Times are exponentially distributed, with the weight as their rate: of entrants of equal weight
// the one with the lowest draw wins. Costs a multiplication or
// two for each entrant, and a logarithm only for those that may still win.
class WeightedRace {
 public:
  static constexpr std::uint32_t kNobody = UINT32_MAX;

  explicit WeightedRace(std::uint64_t key) : key_(key) {}

  // `id`: well mixed, the same for the same entrant always. One of weight 0 never wins.
  void enter(std::uint64_t id, std::uint32_t weight, std::uint32_t index) {
    const double draw = static_cast<double>(race_draw(key_, id)) * 0x1p-53;  // in [0, 1)
    // -ln(1 - draw) is never below draw.
    if (weight == 0 || draw >= soonest_ * weight) return;
    const double time = -std::log(1.0 - draw) / weight;
    if (time >= soonest_) return;
    soonest_ = time;
    winner_ = index;
  }

  // The index that the winner entered with; kNobody when nobody could win. Of two with equal times,
  // which hardly happens, the one that entered first.
  std::uint32_t winner() const { return winner_; }

 private:
  std::uint64_t key_;
  double soonest_ = std::numeric_limits<double>::infinity();
  std::uint32_t winner_ = kNobody;
};

}  // namespace gateway::policy
