#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "gatewayd/http/body.h"
#include "gatewayd/proxy/answer.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

class Attempts;

// How long a service may take, as the route says, or else the service.
struct Patience {
  milliseconds connect{};
  milliseconds response{};  // until the head of its answer
  milliseconds read{};      // of silence within the answer's body
};

// One request on its way to a service; lives in forward().
struct Outgoing {
  ClientConnection& client;
  const decision::Snapshot& snapshot;
  const config::Gateway& gateway;  // of the snapshot
  const config::Service& service;
  Workspace& workspace;
  Answer& answer;
  Patience patience;
  SteadyTime deadline;  // of the whole exchange; kNever: none
  http::BodyReader body;
  Attempts* attempts = nullptr;  // decides whether an answer is dropped for another one
  // What of the body is sent with the head: all of it when body.ended(), which can be sent again.
  std::string_view held_body;
  bool streamed = false;  // some of the body went as it came: it cannot be sent again

  SteadyTime now() const { return client.context.loop.now(); }
  // The end of a wait for the upstream that may last `time`.
  SteadyTime until(milliseconds time) const { return std::min(deadline, now() + time); }
};

// Host and port of an instance, as its URL has them.
inline std::string_view authority_of(const config::Instance& instance) {
  const std::string_view url = instance.url;
  return url.substr(url.find("//") + 2);
}

Patience patience_of(const config::Service& service, const config::RouteUpstream& route);

}  // namespace gateway::proxy
