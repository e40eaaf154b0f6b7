#pragma once

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/attempt.h"
#include "gatewayd/proxy/upload.h"

namespace gateway::proxy {

struct RelayEnd {
  bool reusable = false;       // the upstream connection may carry another request
  std::optional<Error> error;  // set: the body was malformed from its start, nothing was sent
};

// Sends the parsed answer in request.workspace.response, then its body as it comes, to the client.
// A failure once bytes were sent cuts the client's connection. `upload`: the request body that is
// still on its way, or null.
net::Task<RelayEnd> relay_answer(Outgoing& request, UpstreamConnection& upstream,
                                 const Upload* upload);

}  // namespace gateway::proxy
