#pragma once

#include <memory>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/outgoing.h"
#include "gatewayd/proxy/upstream_pool.h"
#include "shared/base/result.h"

namespace gateway::proxy {

// A fresh connection to `upstream` within the request's patience, or who is to blame that there is
// none.
net::Task<Result<std::unique_ptr<UpstreamConnection>, Decider>> connect(Outgoing& request,
                                                                        Upstream& upstream);

Error connect_error(Decider decider);

}  // namespace gateway::proxy
