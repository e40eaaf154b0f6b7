#pragma once

#include <optional>
#include <string>

#include "gatewayd/http/body.h"
#include "gatewayd/net/join.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"
#include "gatewayd/proxy/connection.h"
#include "shared/base/decider.h"

namespace gateway::proxy {

// The rest of a request body on its way from client to upstream, beside the wait for the answer: an
// upstream may answer before it has read everything. Owned by the request, which joins it before it
// ends.
class Upload {
 public:
  Upload(ClientConnection& client, net::Stream& upstream, http::BodyReader& body,
         const decision::Snapshot& snapshot, const Workspace& workspace)
      : client_(client),
        upstream_(upstream),
        body_(body),
        snapshot_(snapshot),
        workspace_(workspace),
        framing_(workspace.request.framing),
        limits_(snapshot.config.gateway) {}

  void start() { run(); }
  // Ends it, finished or not.
  net::Task<> stop();

  bool finished() const { return join_.finished(); }
  // The upstream has been handed the body to its end.
  bool whole() const { return whole_; }
  // Set when the client's side failed; the wait for the answer was then interrupted.
  const std::optional<Error>& error() const { return error_; }
  // Bytes moved so far: a request whose body still flows has not timed out.
  std::uint64_t moved() const { return moved_; }

 private:
  net::Detached run();
  net::Task<std::optional<Error>> pump();
  net::Task<std::optional<Error>> fill();

  ClientConnection& client_;
  net::Stream& upstream_;
  http::BodyReader& body_;
  const decision::Snapshot& snapshot_;
  const Workspace& workspace_;
  const http::Framing framing_;
  const config::Gateway& limits_;
  bool stopping_ = false;
  bool whole_ = false;
  std::uint64_t moved_ = 0;
  std::string trailers_;  // as the upstream is sent them
  std::optional<Error> error_;
  net::Join join_;
};

// What a malformed or too large request body is refused with.
Error body_refusal(http::BodyReader::State state);

}  // namespace gateway::proxy
