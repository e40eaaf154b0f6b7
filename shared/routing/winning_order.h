#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "shared/routing/path_pattern.h"
#include "shared/routing/router.h"

namespace gateway::routing {

// One rule under one of its hosts; a rule without hosts has one for every host.
struct Contender {
  std::uint32_t rule = 0;
  std::string_view host;  // empty: every host; points into the rule
};

// The rules' patterns by index; none where a path is not a valid pattern.
std::vector<std::optional<PathPattern>> parse_patterns(std::span<const RouteRule> rules);

// All contenders in the order that router.h states, the winner first. A contender's place here is
// its rank. Rules without a pattern are left out.
std::vector<Contender> winning_order(std::span<const RouteRule> rules,
                                     std::span<const std::optional<PathPattern>> patterns);

// What the first place was decided by: the first of router.h's rules in which the two differ.
enum class WonBy : std::uint8_t { priority, host, path, order };
WonBy won_by(std::span<const RouteRule> rules, std::span<const std::optional<PathPattern>> patterns,
             const Contender& winner, const Contender& other);

}  // namespace gateway::routing
