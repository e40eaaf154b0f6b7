#pragma once

#include <string>
#include <string_view>

#include "shared/base/decider.h"

namespace gateway::policy {

// Whether a message is one of gRPC, by its Content-Type: "application/grpc", alone or with "+proto"
// or parameters behind it. Not gRPC-Web, whose clients read the status elsewhere.
bool is_grpc(std::string_view content_type);

// The status by which a gRPC client is told of a refusal or failure (grpc/doc/statuscodes.md).
unsigned grpc_status(Decider decider);

// Appends grpc-status and grpc-message, as whole field lines: the answer has no body but these
// (grpc/doc/PROTOCOL-HTTP2.md, Trailers-Only).
void append_grpc_status(const Error& error, std::string& out);

}  // namespace gateway::policy
