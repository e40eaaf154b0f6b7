#pragma once

#include <memory>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/attempts.h"
#include "gatewayd/proxy/peer_choice.h"

namespace gateway::proxy {

// How a hedged attempt ended, and at which of the two peers.
struct HedgedEnd {
  AttemptEnd end;
  bool second = false;  // the answer is the second peer's
};

// One attempt over `first`, and when no byte of an answer has come `after` it was sent, another one
// beside it at another peer, if there is one that is free: whoever answers first is heard, the
// other is cut off. `second` is filled with where the other one went.
net::Task<HedgedEnd> attempt_hedged(Outgoing& request, UpstreamConnection& first,
                                    const ServiceView& service, Attempts& attempts,
                                    std::uint64_t key, std::optional<Chosen>& second);

}  // namespace gateway::proxy
