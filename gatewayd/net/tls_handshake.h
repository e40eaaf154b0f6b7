#pragma once

#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"

namespace gateway::net {

// Brings the stream's TLS session to where bytes can pass. `ready`: it is there; `failed`: the peer
// and we do not agree, or it left (tls()->fault() says why); else how the wait for the peer ended.
enum class Handshake : std::uint8_t { ready, failed, timeout, interrupted };
Task<Handshake> shake_hands(Stream& stream, SteadyTime deadline);

}  // namespace gateway::net
