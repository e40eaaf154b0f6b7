#pragma once

#include "gatewayd/net/offload.h"
#include "gatewayd/proxy/key_source.h"

namespace gateway::proxy {

// What blocks, and so is done beside the workers' loops. Owned by the daemon, shared by the
// workers; any thread.
struct OffLoop {
  // Questions to token services and for key sets; one password's hash takes tens of milliseconds of
  // a core, so they have a thread of their own and a short queue.
  net::Offload questions{8, 256};
  net::Offload passwords{1, 64};
};

}  // namespace gateway::proxy
