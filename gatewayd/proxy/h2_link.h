#pragma once

#include <memory>

#include "gatewayd/http/h2_session.h"
#include "gatewayd/http/h2_writer.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"

namespace gateway::proxy {

// How an upstream's HTTP/2 connections are used.
struct LinkTimes {
  milliseconds idle{};      // without a request, after which one is closed
  milliseconds patience{};  // for an upstream that takes nothing
};

// One HTTP/2 connection to an upstream, which many requests share as streams. Kept by whoever uses
// it and, until it ends, by itself. On one worker's thread.
class H2Link {
 public:
  // Over a connected stream, under TLS if it is to be.
  static std::shared_ptr<H2Link> start(std::unique_ptr<net::Stream> stream, net::BufferPool& buffers,
                                       const http::H2Limits& limits, LinkTimes times);

  // A stream for a request, to be given back by release(). Null: it takes no more at present.
  http::H2Stream* open() { return session_.open(); }
  void release(http::H2Stream& stream) { session_.release(stream); }
  bool has_room() const { return session_.has_room(); }
  // It is over, or takes no more requests.
  bool is_leaving() const { return ended_ || session_.deaf() || session_.shutting_down(); }
  std::size_t streams() const { return session_.streams(); }

  // No more requests; those that are on their way are answered.
  void leave();
  // Ends it now, with all requests on it.
  void cut();

 private:
  H2Link(std::unique_ptr<net::Stream> stream, net::BufferPool& buffers,
         const http::H2Limits& limits, LinkTimes times);
  static net::Detached run(std::shared_ptr<H2Link> self);
  net::Task<> read();

  std::unique_ptr<net::Stream> stream_;
  net::Buffer input_;
  const LinkTimes times_;
  http::H2Session session_;
  http::H2Writer writer_;
  bool ended_ = false;
};

}  // namespace gateway::proxy
