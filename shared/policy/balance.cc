#include "shared/policy/balance.h"

#include <algorithm>
#include <cassert>

#include "shared/policy/keyed_hash.h"
#include "shared/policy/slow_start.h"
#include "shared/policy/weighted_race.h"

namespace gateway::policy {
namespace {

// Not a secret: gateways beside each other are to agree.
constexpr HashKey kPeerKey{0x70656572, 1};
constexpr std::size_t kNobody = SIZE_MAX;

// Keeps the products of by_key() within 64 bits; max_connections is far below.
constexpr std::uint32_t kMostCounted = 1u << 20;
static_assert(std::uint64_t{kMaxPeers} * kMaxPeerWeight * kFullShare <= UINT32_MAX);

// `random` in 32 bits, spread evenly over 0 to limit - 1; limit is at most 2^32.
std::uint64_t spread(std::uint64_t random, std::uint64_t limit) {
  return (random & UINT32_MAX) * limit >> 32;
}

}  // namespace

std::uint64_t peer_id(std::string_view name) {
  KeyedHash hash(kPeerKey);
  hash.add_text(name);
  return hash.finish();
}

Balancer::Balancer(const config::UpstreamPolicies& policies, std::span<const std::uint64_t> ids,
                   std::uint64_t seed)
    : balance_(policies.balance),
      hash_bound_(std::clamp(policies.hash_bound, 101u, 1000u)),
      slow_start_(policies.slow_start),
      ids_(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), kMaxPeers))),
      turns_(ids_.size(), seed),
      weights_(ids_.size()) {}

std::optional<std::uint32_t> Balancer::choose(std::span<const Candidate> candidates,
                                              const BalanceAsk& ask) {
  candidates = candidates.first(std::min(candidates.size(), weights_.size()));
  assert(candidates.size() == weights_.size());
  weigh(candidates, ask.now);
  leave_out(ask.tried);
  if (total_ == 0 && !ask.tried.empty()) weigh(candidates, ask.now);
  if (total_ == 0) return std::nullopt;
  switch (balance_) {
    case config::Balance::least_connections:
      return least_connected(candidates);
    case config::Balance::power_of_two:
      return less_busy_of_two(candidates, ask.random);
    case config::Balance::hash:
      return by_key(candidates, ask.key);
    case config::Balance::round_robin:
      break;
  }
  return turns_.next([this](std::size_t i) { return weights_[i]; });
}

void Balancer::weigh(std::span<const Candidate> candidates, SteadyTime now) {
  const bool slow = slow_start_ > 0ms;
  total_ = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& one = candidates[i];
    const std::uint32_t share = slow ? slow_start_share(slow_start_, one.since, now) : kFullShare;
    const std::uint32_t weight = std::clamp(one.weight, 1u, kMaxPeerWeight) * share;
    weights_[i] = one.usable ? weight : 0;
    total_ += weights_[i];
  }
}

void Balancer::leave_out(std::span<const std::uint32_t> tried) {
  for (const std::uint32_t peer : tried) {
    if (peer >= weights_.size()) continue;
    total_ -= weights_[peer];
    weights_[peer] = 0;
  }
}

std::uint32_t Balancer::least_connected(std::span<const Candidate> candidates) {
  // How busy the best place for the request would then be: `busy` in `room`.
  std::uint64_t busy = 1;
  std::uint64_t room = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::uint64_t then = std::uint64_t{candidates[i].in_flight} + 1;
    const bool better = (weights_[i] != 0) & (then * room < busy * weights_[i]);
    busy = better ? then : busy;
    room = better ? weights_[i] : room;
  }
  return turns_.next([&](std::size_t i) {
    const bool near = candidates[i].in_flight * room < busy * weights_[i];
    return near ? weights_[i] : 0;
  });
}

// One of those that take part, but `without`, by their weights, which make `total`.
std::uint32_t Balancer::drawn(std::uint64_t random, std::uint64_t total,
                              std::size_t without) const {
  std::uint64_t left = spread(random, total);
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (i == without) continue;
    if (left < weights_[i]) return static_cast<std::uint32_t>(i);
    left -= weights_[i];
  }
  assert(false);
  return 0;
}

std::uint32_t Balancer::less_busy_of_two(std::span<const Candidate> candidates,
                                         std::uint64_t random) const {
  const std::uint32_t first = drawn(random, total_, kNobody);
  const std::uint64_t left = total_ - weights_[first];
  if (left == 0) return first;
  const std::uint32_t second = drawn(random >> 32, left, first);
  const std::uint64_t then = std::uint64_t{candidates[second].in_flight} + 1;
  const std::uint64_t now = candidates[first].in_flight;
  return then * weights_[first] <= now * weights_[second] ? second : first;
}

std::uint32_t Balancer::by_key(std::span<const Candidate> candidates, std::uint64_t key) const {
  std::uint64_t with_this = 1;
  std::uint32_t takers = 0;
  std::uint32_t most = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const bool takes = weights_[i] != 0;
    with_this += takes ? std::min(candidates[i].in_flight, kMostCounted) : 0;
    takers += takes;
    most = std::max(most, weights_[i]);
  }
  const std::uint64_t limit = with_this * hash_bound_;
  if (total_ == std::uint64_t{most} * takers) {
    return first_by_draw(candidates, key, limit, std::uint64_t{takers} * 100);
  }
  WeightedRace race(key);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::uint64_t in_flight = std::min(candidates[i].in_flight, kMostCounted);
    const bool within = in_flight * 100 * total_ < limit * weights_[i];
    race.enter(ids_[i], within ? weights_[i] : 0, static_cast<std::uint32_t>(i));
  }
  return race.winner();
}

// What the race would come to among equals: no weights, no logarithms. Peers with `step` times
// their requests below `limit` are within the bound.
std::uint32_t Balancer::first_by_draw(std::span<const Candidate> candidates, std::uint64_t key,
                                      std::uint64_t limit, std::uint64_t step) const {
  std::uint64_t lowest = UINT64_MAX;
  std::size_t first = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::uint64_t in_flight = std::min(candidates[i].in_flight, kMostCounted);
    const bool within = (weights_[i] != 0) & (in_flight * step < limit);
    const std::uint64_t draw = race_draw(key, ids_[i]) | (std::uint64_t{within} - 1);
    first = draw < lowest ? i : first;
    lowest = draw < lowest ? draw : lowest;
  }
  return static_cast<std::uint32_t>(first);
}

}  // namespace gateway::policy
