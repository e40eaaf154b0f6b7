#pragma once

#include <memory>

#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"
#include "shared/base/decider.h"
#include "shared/base/result.h"

namespace gateway::net {

// Connects without blocking. The error is upstream_connect or upstream_connect_timeout, or
// client_closed when `connecting` was interrupted: it holds the stream while the connect is under
// way, so that another may end the wait.
Task<Result<std::unique_ptr<Stream>, Decider>> dial(Loop& loop, Endpoint endpoint,
                                                    SteadyTime deadline, Stream*& connecting);

}  // namespace gateway::net
