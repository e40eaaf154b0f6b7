#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shared/config/upstream.h"

namespace gateway::policy {

// Which of a route's shares a request belongs to. The same key belongs to the same share in every
// gateway as long as names and weights stay. When weights change, no key leaves a share that grows
// against all others: of two shares, 95 to 5 becoming 90 to 10 moves 5 % and no more. The order of
// the shares means nothing, and weights count against each other (95 and 5 are 19 and 1). Weights
// of three and more can change so that a few further keys trade places: at most twice as many as
// must move. Const; any thread.
class Split {
 public:
  Split() = default;
  // Of a config that was checked: not all weights are 0 unless there are no shares.
  explicit Split(std::span<const config::Share> shares);

  bool empty() const { return shares_.empty(); }

  // An index into the shares given; never one of weight 0, unless all are. `key`:
  // request_key_hash() where the route is sticky, else 64 random bits. Not to be called when empty.
  std::uint32_t choose(std::uint64_t key) const;

 private:
  struct Share {
    std::uint64_t id = 0;
    std::uint32_t weight = 0;
  };
  std::vector<Share> shares_;
};

}  // namespace gateway::policy
