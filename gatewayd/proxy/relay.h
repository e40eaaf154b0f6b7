#pragma once

#include "gatewayd/http/encoder.h"
#include "gatewayd/http/parts.h"
#include "gatewayd/net/task.h"
#include "gatewayd/proxy/attempt.h"
#include "gatewayd/proxy/upload.h"

namespace gateway::proxy {

struct RelayEnd {
  bool reusable = false;       // the upstream connection may carry another request
  std::optional<Error> error;  // set: the body was malformed from its start, nothing was sent
};

// Sends the parsed answer in request.workspace.response, then its body as it comes, to the client.
// A failure once bytes were sent cuts the client's connection.
class Relay {
 public:
  // `upload`: the request body that is still on its way, or null.
  Relay(Outgoing& request, UpstreamConnection& upstream, const Upload* upload);

  // Sends what is there. False: there is more to come, await run(). Most answers come whole, and so
  // need no coroutine.
  bool begin();
  net::Task<> run();
  // Once begin() or run() came to the end: tells the request what became of it.
  RelayEnd finish();

 private:
  // Why the body could not be brought to its end.
  struct BodyEnd {
    bool whole = false;
    Decider decider = Decider::upstream;
  };

  // What compresses the content on its way.
  struct Coder {
    http::EncoderPool::Lease encoder;
    std::string piece;          // of the compressed content, until it is sent
    std::uint64_t bytes = 0;    // of it so far
    std::optional<bool> ahead;  // what code() said when it was asked before the head was made
  };

  http::Framing choose_framing();
  void choose_coding();
  bool gather();
  bool has_whole_content() const;
  bool code();
  bool gather_coded();
  net::Task<std::optional<Decider>> receive();

  Outgoing& request_;
  UpstreamConnection& upstream_;
  const bool upstream_keeps_;
  http::BodyReader body_;
  CacheFill* const fill_;         // takes the content too; null: it is not kept
  std::unique_ptr<Coder> coder_;  // null: the content goes as it is
  http::BodyReader::State state_ = http::BodyReader::State::need_input;  // what gather() ended with
  const http::Framing to_client_;
  http::Parts parts_;
  bool begun_ = false;  // the client may have received at least a byte
  BodyEnd end_;
};

}  // namespace gateway::proxy
