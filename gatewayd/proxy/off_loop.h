#pragma once

#include "gatewayd/net/offload.h"
#include "gatewayd/proxy/key_source.h"

namespace gateway::proxy {

// What blocks, and so is done beside the workers' loops. Owned by the daemon, shared by the
// workers; any thread.
struct OffLoop {
  // Questions to token services. Sets of keys are fetched by one thread alone: who asks for them
  // while they come waits for the same answer, and takes no one else's turn. One password's hash
  // takes tens of milliseconds of a core, hence a thread of their own and a short queue.
  net::Offload questions{8, 256};
  net::Offload keys{1, 256};
  net::Offload passwords{1, 64};
  // OCSP answers for the gateway's own certificates.
  net::Offload certificates{1, 256, 3};
  // Orders of certificates, which wait for an authority.
  net::Offload acme{1, 64, 3};
  // What the built-in endpoints answer: one at a time, and after what serves clients.
  net::Offload pages{1, 256, 3};

  // See Offload::end().
  void end() {
    questions.end();
    keys.end();
    passwords.end();
    certificates.end();
    acme.end();
    pages.end();
  }
};

}  // namespace gateway::proxy
