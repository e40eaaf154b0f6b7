#pragma once

#include <stop_token>

#include "gatewayd/proxy/own_exchange.h"

namespace gateway::proxy {

// Asks a peer as exchange_own() does, on a loop of the calling thread. Blocks: for Offload's
// threads, never for a worker's. `stop` breaks it off.
OwnAnswer ask_service(const OwnRequest& request, const std::stop_token& stop);

}  // namespace gateway::proxy
