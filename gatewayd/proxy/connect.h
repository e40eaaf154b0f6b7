#pragma once

#include <memory>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/outgoing.h"
#include "gatewayd/proxy/upstream_pool.h"
#include "shared/base/result.h"

namespace gateway::proxy {

// Brings a stream that is connected to `upstream` to where bytes can pass: a TLS handshake, if it
// speaks TLS. False: it has come to nothing, or has been interrupted.
net::Task<bool> secure(net::Stream& stream, const Upstream& upstream, SteadyTime deadline);

// A fresh connection to `upstream` within the request's patience, or who is to blame that there is
// none.
net::Task<Result<std::unique_ptr<UpstreamConnection>, Decider>> connect(Outgoing& request,
                                                                        Upstream& upstream);

Error connect_error(Decider decider);

}  // namespace gateway::proxy
