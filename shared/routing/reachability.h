#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shared/routing/router.h"

namespace gateway::routing {

// `route` can never match, because `by` takes every request it would. Indices into the given rules.
struct Shadowed {
  std::uint32_t route = 0;
  std::uint32_t by = 0;
};

// Every rule that some single other rule shadows, in the order of the rules: the other one wins
// over it, covers all its hosts, paths and methods, and has no condition that it does not have too.
// A rule that only several others together leave nothing is not listed. Of more than one that
// shadows, `by` is the one that wins. 10,000 rules take well under 100 ms,
// or a quarter of a second when they are alike in all but their conditions.
std::vector<Shadowed> find_unreachable(std::span<const RouteRule> rules);

}  // namespace gateway::routing
