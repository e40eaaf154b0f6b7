#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "gatewayd/control/answer.h"
#include "gatewayd/control/call.h"
#include "gatewayd/control/endpoint.h"
#include "shared/config/control_rules.h"

namespace gateway::control {

inline constexpr std::size_t kMaxToken = 512;  // bytes that are hashed for a call

// What a call's head says beside its method and path. All values of a field that came.
struct Visitor {
  bool local = false;  // over the Unix socket, whose mode says who may come in
  std::vector<std::string> authorization{};
  std::vector<std::string> host{};
  std::vector<std::string> origin{};
  std::string fetch_site{};  // Sec-Fetch-Site
};

// Decides on the head of a call alone, before a byte of its body is read. A refusal; or none, and
// then the call knows its role, its caller over TCP by the name of his token, and `endpoint` is
// what it asks for.
//
// Over TCP a caller needs a bearer token (RFC 6750), compared by its digest in constant time with
// every one there is, and calls the gateway by an address, localhost or one of control.hosts: a web
// page whose own name leads to the gateway (DNS rebinding) is refused. What a web page of another
// origin sends is refused everywhere.
std::optional<Answer> admit(const Visitor& visitor, const config::ControlRules& rules, Call& call,
                            const Endpoint*& endpoint);

}  // namespace gateway::control
