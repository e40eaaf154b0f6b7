#pragma once

#include <string_view>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Answers that the gateway makes itself. Each sends a whole answer and fills `answer`; the
// connection is kept only when answer.keep_alive was still set.

// A problem document (RFC 9457) for `error`; 405 carries Allow, 503 Retry-After.
net::Task<> send_problem(ClientConnection& client, Workspace& workspace, const Error& error,
                         Answer& answer);

struct OwnAnswer {
  std::uint16_t status;
  std::string_view reason;
  std::string_view content_type;  // empty: no body
  std::string_view body;
  std::string_view allow;  // empty: no Allow
};
net::Task<> send_own(ClientConnection& client, Workspace& workspace, const OwnAnswer& own,
                     Answer& answer);

}  // namespace gateway::proxy
