#pragma once

#include "gatewayd/proxy/outgoing.h"
#include "gatewayd/proxy/view.h"

namespace gateway::proxy {

// Copies that each worker has under way at once; further ones are not made.
inline constexpr std::size_t kMaxMirrored = 64;
// Longest body that is copied, as far as it is at hand before the request is sent.
inline constexpr std::size_t kMaxMirroredBody = 64 * 1024;

// Sends a copy of the request, whose body is held whole, to a peer of `service`, which `view` has
// the peers of, beside everything else: nobody waits for it, its answer is read and dropped, and
// its failure is nobody's.
void mirror_request(const Outgoing& request, const ServiceView& view,
                    const config::Service& service, Patience patience);

}  // namespace gateway::proxy
