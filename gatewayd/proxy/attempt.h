#pragma once

#include <optional>
#include <string_view>

#include "gatewayd/http/body.h"
#include "gatewayd/net/task.h"
#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// One request on its way to a service; lives in forward().
struct Outgoing {
  ClientConnection& client;
  const decision::Snapshot& snapshot;
  const config::Gateway& gateway;  // of the snapshot
  const config::Service& service;
  Workspace& workspace;
  Answer& answer;
  SteadyTime deadline;  // of the whole exchange (the route's timeout); kNever: none
  http::BodyReader body;
  std::string_view whole_body;  // all of the body, when it was received with the head

  SteadyTime now() const { return client.context.loop.now(); }
  // The end of a wait for the upstream that may last `patience`.
  SteadyTime until(milliseconds patience) const { return std::min(deadline, now() + patience); }
};

// How one attempt over one connection ended.
struct AttemptEnd {
  std::optional<Error> error;  // set: no byte of an answer has gone to the client
  bool reusable = false;       // the upstream connection is at the start of a next answer
  bool answer_begun = false;   // the upstream has sent at least a byte
  bool request_sent = false;   // the upstream may have received at least a byte
};

// Sends the request over `upstream` and its answer to the client, 1xx and upgrades included.
net::Task<AttemptEnd> attempt(Outgoing& request, UpstreamConnection& upstream);

}  // namespace gateway::proxy
