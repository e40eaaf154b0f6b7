#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "shared/routing/router.h"

namespace gateway::routing {

// A route whose path matches a request and that did not take it.
struct PassedOver {
  enum class Why : std::uint8_t {
    host,           // it has hosts, and none is the request's
    method,         // it does not allow the method
    priority,       // the one that won has a higher priority
    specific_host,  // … a more specific host
    specific_path,  // … a more specific path
    order,          // … stands before it
  };
  std::uint32_t rule = 0;
  Why why = Why::order;
};

// All of them in the order that router.h states, the likeliest to have been meant first. `winner`:
// the rule that Router::find gave; nothing when none matched. `host` and `path` as Router::find
// takes them. Reads every rule and builds what it needs anew: for a person's question, not for
// traffic.
std::vector<PassedOver> passed_over(std::span<const RouteRule> rules, std::string_view host,
                                    std::string_view path, std::string_view method,
                                    std::optional<std::uint32_t> winner);

}  // namespace gateway::routing
