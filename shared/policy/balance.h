#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/config/upstream.h"
#include "shared/policy/smooth_round_robin.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxPeers = 4096;  // of one service; later ones are never chosen
inline constexpr std::uint32_t kMaxPeerWeight = 1000;

// What is known of a peer (one address of one instance) at the time of a choice.
struct Candidate {
  std::uint32_t weight = 1;              // of the config, 1 to kMaxPeerWeight
  std::uint32_t in_flight = 0;           // over all workers
  bool usable = true;                    // healthy, its breaker closed, below max_connections
  SteadyTime since = SteadyTime::min();  // when it became usable; min(): it always was
};

// What a choice is made for.
struct BalanceAsk {
  SteadyTime now;
  std::uint64_t random = 0;              // uniform; for power_of_two
  std::uint64_t key = 0;                 // request_key_hash(); for hash
  std::span<const std::uint32_t> tried;  // peers that this request was sent to already
};

// What a peer is told apart by in balance = "hash", from the text that names it everywhere, as
// "http://10.0.2.11:8081 10.0.2.11": the same in every gateway and after every start.
std::uint64_t peer_id(std::string_view name);

// Chooses among the peers of one service, by the service's `balance`. An instance's weight counts
// for each of them, shrunk by slow_start_share() while it is coming back:
// - round_robin: in turn, smoothly, each as often as its weight says.
// - least_connections: whoever has fewest requests in flight for its weight. Those for whom a
//   further request is still better than it would be for the best of all others, so all that are
//   within one request, take turns as above. Without that, weights 10 and 1 would leave the second
//   without any request until the first has nine at once.
// - power_of_two: two different ones are drawn by their weights; the first, unless the second has
//   room for a whole request before it is as busy.
// - hash: the same key goes to the same peer (weighted_race.h), unless that one would then have
//   more than hash_bound per cent of the average in flight, rounded up; then to the next in the
//   key's own order. Some peer is always within the bound, as the bound is above the average.
//   No ring and no table: the average asks every peer in any case, so their points would save
//   nothing, while shares are exact (a ring of 160 points an instance errs by 8 %), a key's order
//   sends the overflow of one peer to all others rather than to one neighbour, and it takes 8 bytes
//   a peer (a table of 65,537 entries is 128 KiB a service).
// The cost grows with the number of peers, see tests/bench/micro/balance_bench.cc.
//
// State of one worker for one list of peers: built anew when the list changes, not when the peers'
// condition does. Not thread-safe.
class Balancer {
 public:
  // `ids`: peer_id() of each peer, in the order of the candidates. `seed`: another one for each
  // worker, so that they do not all turn to the same peer first.
  Balancer(const config::UpstreamPolicies& policies, std::span<const std::uint64_t> ids,
           std::uint64_t seed);

  std::size_t size() const { return turns_.size(); }

  // The index of the peer to use. Peers in `tried` are chosen only when no other is usable; then
  // again as if none had been tried. None: not one is usable (whether all are ill or merely busy,
  // the caller knows, who said so). `candidates`: as many as ids.
  std::optional<std::uint32_t> choose(std::span<const Candidate> candidates, const BalanceAsk& ask);

 private:
  void weigh(std::span<const Candidate> candidates, SteadyTime now);
  void leave_out(std::span<const std::uint32_t> tried);
  std::uint32_t least_connected(std::span<const Candidate> candidates);
  std::uint32_t less_busy_of_two(std::span<const Candidate> candidates, std::uint64_t random) const;
  std::uint32_t by_key(std::span<const Candidate> candidates, std::uint64_t key) const;
  std::uint32_t first_by_draw(std::span<const Candidate> candidates, std::uint64_t key,
                              std::uint64_t limit, std::uint64_t step) const;
  std::uint32_t drawn(std::uint64_t random, std::uint64_t total, std::size_t without) const;

  config::Balance balance_;
  std::uint32_t hash_bound_;
  milliseconds slow_start_;
  std::vector<std::uint64_t> ids_;
  SmoothRoundRobin turns_;
  // Of the choice being made: what each peer weighs, kFullShare for a weight of 1; 0: takes no
  // part.
  std::vector<std::uint32_t> weights_;
  std::uint64_t total_ = 0;  // of weights_
};

}  // namespace gateway::policy
