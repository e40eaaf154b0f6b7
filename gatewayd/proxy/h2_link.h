#pragma once

#include <memory>
#include <unordered_set>

#include "gatewayd/http/h2_session.h"
#include "gatewayd/http/h2_writer.h"
#include "gatewayd/net/join.h"
#include "gatewayd/net/pause.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"

namespace gateway::proxy {

class H2Link;
// The links of one worker that are not over yet.
using H2Links = std::unordered_set<H2Link*>;

// How an upstream's HTTP/2 connections are used.
struct LinkTimes {
  milliseconds idle{};      // without a request, after which one is closed
  milliseconds patience{};  // for an upstream that takes nothing
};

// One HTTP/2 connection to an upstream, which many requests share as streams. Kept by whoever uses
// it and, until it is over, by itself. On the stream's thread.
class H2Link {
 public:
  // Over a connected stream, under TLS if it is to be. Stands in `all` until it is over; null: in
  // none.
  static std::shared_ptr<H2Link> start(std::shared_ptr<net::Stream> stream,
                                       net::BufferPool& buffers, LinkTimes times, H2Links* all);
  ~H2Link();

  // Until the upstream has greeted as HTTP/2 does; false: it has not, by `deadline` or at all.
  net::Task<bool> greeted(SteadyTime deadline);

  // A stream for a request, to be given back by release(). Null: it takes no more at present.
  http::H2Stream* open() { return ended_.finished() ? nullptr : session_.open(); }
  void release(http::H2Stream& stream) { session_.release(stream); }
  // It takes no requests any more.
  bool is_leaving() const { return session_.deaf() || session_.shutting_down(); }

  // No more requests; those that are on their way are answered.
  void leave();
  // Ends it now, with all requests on it.
  void cut();
  // Once it is over.
  net::Join& ended() { return ended_; }

 private:
  H2Link(std::shared_ptr<net::Stream> stream, net::BufferPool& buffers, LinkTimes times,
         H2Links* all);
  static net::Detached run(std::shared_ptr<H2Link> self);
  net::Task<> read();

  std::shared_ptr<net::Stream> stream_;
  net::Buffer input_;
  const LinkTimes times_;
  H2Links* const all_;
  http::H2Session session_;
  http::H2Writer writer_;
  net::Pause greeting_;
  net::Join ended_;
};

}  // namespace gateway::proxy
