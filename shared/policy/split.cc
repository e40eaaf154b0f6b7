#include "shared/policy/split.h"

#include <cassert>

#include "shared/policy/keyed_hash.h"
#include "shared/policy/weighted_race.h"

namespace gateway::policy {

namespace {

// Other than that of peers, so that who is in a share says nothing of the peer they get.
constexpr HashKey kShareKey{0x7368617265, 1};

}  // namespace

Split::Split(std::span<const config::Share> shares) {
  for (const config::Share& share : shares) {
    KeyedHash hash(kShareKey);
    hash.add_text(share.service.value);
    shares_.push_back({hash.finish(), share.weight});
  }
}

std::uint32_t Split::choose(std::uint64_t key) const {
  assert(!empty());
  WeightedRace race(key);
  for (std::uint32_t i = 0; i < shares_.size(); ++i) {
    race.enter(shares_[i].id, shares_[i].weight, i);
  }
  return race.winner() == WeightedRace::kNobody ? 0 : race.winner();
}

}  // namespace gateway::policy
