#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "gatewayd/http/head.h"
#include "gatewayd/journal/journal.h"
#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/loop.h"
#include "gatewayd/proxy/view.h"
#include "shared/base/uuid.h"
#include "shared/decision/exchange.h"

namespace gateway::proxy {

class ClientConnection;

// Memory that one request needs while it is served; taken from the worker and given back, so that
// an idle connection holds none of it and a busy worker allocates nothing.
struct Workspace {
  http::RequestHead request;
  http::ResponseHead response;
  decision::Exchange exchange;
  std::string request_head;   // as sent to the upstream
  std::string response_head;  // as sent to the client
  std::string kept;           // what the log needs of a head whose buffer is used again
};

// What every connection of one worker shares. Owned by the worker, used on its thread alone but
// for the counters, which others may read.
class Context {
 public:
  Context(net::Loop& event_loop, std::size_t worker_index, journal::Journal* request_log,
          std::atomic<std::uint32_t>& open_connections)
      : loop(event_loop), worker(worker_index), journal(request_log), open(open_connections) {}

  std::unique_ptr<Workspace> take_workspace();
  void give_workspace(std::unique_ptr<Workspace> workspace);

  // Value of Date (RFC 9110 §5.6.7), made anew each second.
  std::string_view date();
  // Wall-clock time that belongs to `now`: one clock is read on the request path, not two.
  UnixMicros unix_time(SteadyTime now);

  net::Loop& loop;
  const std::size_t worker;
  journal::Journal* const journal;   // may be null: nothing is kept
  std::atomic<std::uint32_t>& open;  // connections of all workers
  net::BufferPool buffers;
  UuidSource uuids;
  Upstreams upstreams;
  std::shared_ptr<const View> view;  // what new requests start with
  bool draining = false;
  std::vector<ClientConnection*> connections;
  std::atomic<std::uint64_t> requests = 0;

 private:
  void read_wall_clock(SteadyTime now);

  std::vector<std::unique_ptr<Workspace>> workspaces_;
  SteadyTime wall_read_at_{};
  UnixMicros wall_ = 0;
  std::string date_;
};

}  // namespace gateway::proxy
