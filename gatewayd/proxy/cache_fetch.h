#pragma once

#include <optional>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// forward() for a route that keeps answers: of requests for the same one fetches it, and the others
// wait for that one; a stale answer is validated, and stands in for a failure where it may. As
// forward() does, it returns an error when nothing was sent.
net::Task<std::optional<Error>> fetch(ClientConnection& client, const View& view,
                                      Workspace& workspace, Answer& answer);

// Has the stale answer that the request is sent fetched anew beside it, unless somebody does.
void refresh(ClientConnection& client, const View& view, Workspace& workspace);

// After an answer to a method that may change things: what is kept of that path, and of those that
// the answer names, is no longer valid (RFC 9111 §4.4). workspace.response is that answer's head.
void invalidate_changed(const Workspace& workspace, const Answer& answer,
                        policy::CacheStore& store);

}  // namespace gateway::proxy
