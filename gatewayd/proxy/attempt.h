#pragma once

#include <optional>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/outgoing.h"
#include "gatewayd/proxy/upstream_pool.h"

namespace gateway::proxy {

// How one attempt over one connection ended.
struct AttemptEnd {
  std::optional<Error> error;  // set: no byte of an answer has gone to the client
  bool reusable = false;       // the upstream connection is at the start of a next answer
  bool answer_begun = false;   // the upstream has sent at least a byte
  bool request_sent = false;   // the upstream may have received at least a byte
  std::uint16_t dropped = 0;   // status of an answer that was dropped for another attempt
};

// Sends the head, and what is held of the body; fills end.request_sent and, when nothing more is to
// be hoped for, end.error.
net::Task<> send_request(Outgoing& request, UpstreamConnection& upstream, AttemptEnd& end);

// Sends the request over `upstream`, unless it is `sent` already, and its answer to the client, 1xx
// and upgrades included.
net::Task<AttemptEnd> attempt(Outgoing& request, UpstreamConnection& upstream, bool sent = false);

}  // namespace gateway::proxy
