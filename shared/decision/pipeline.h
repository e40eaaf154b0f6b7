#pragma once

#include <optional>

#include "shared/decision/exchange.h"

namespace gateway::decision {

// Takes every decision about a request, in the order that the list in pipeline.cc gives, until one
// refuses; nothing when the request is to be forwarded to exchange.route's service. Pure: the same
// for live traffic, explain and replay. `fresh` is the request id to use unless a trusted peer gave
// one.
std::optional<Error> decide(const Snapshot& snapshot, const Uuid& fresh, Exchange& exchange);

}  // namespace gateway::decision
