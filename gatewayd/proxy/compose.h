#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gatewayd/http/head.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// Writes workspace.request_head: the head that the upstream at `authority` is sent.
void compose_request_head(const ClientConnection& client, const decision::Snapshot& snapshot,
                          std::string_view authority, Workspace& workspace);

// Has workspace.request_head say that it comes from the attempt of this number, from 0, when the
// request is traced. Not while the head is being sent.
void name_attempt(std::size_t attempt, Workspace& workspace);

// Writes to `out` what the upstream is sent of the trailer lines that the client sent: a field that
// would not pass as a header does not pass as a trailer either, since servers that merge the two
// would take it for one.
void compose_request_trailers(const decision::Snapshot& snapshot, const Workspace& workspace,
                              std::string_view received, std::string& out);

// Writes workspace.response_head from workspace.response: the head that the client is sent, its
// body framed by `framing`.
void compose_response_head(const decision::Snapshot& snapshot, std::string_view date,
                           http::Framing framing, bool keep_alive, Workspace& workspace);

// The same for an interim answer (RFC 9110 §15.2) or for 101, whose Upgrade is passed on.
void compose_interim_head(bool switching, Workspace& workspace);

// Max-Forwards of an OPTIONS request, the one method served here that must count its hops; 0: the
// gateway is the last of them (RFC 9110 §7.6.2).
std::optional<std::uint64_t> hops_left(const http::RequestHead& request);

// The protocol to ask the upstream for; empty: none. h2c is never passed on, since requests in it
// would reach the upstream past every route and policy.
std::string_view passed_upgrade(const http::RequestHead& request);

}  // namespace gateway::proxy
