#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gatewayd/acme/challenges.h"
#include "gatewayd/http/encoder.h"
#include "gatewayd/http/head.h"
#include "gatewayd/journal/journal.h"
#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/loop.h"
#include "gatewayd/proxy/attempt_log.h"
#include "gatewayd/proxy/off_loop.h"
#include "gatewayd/proxy/view.h"
#include "shared/base/uuid.h"
#include "shared/decision/exchange.h"
#include "shared/decision/state.h"
#include "shared/policy/overload.h"

namespace gateway::journal {
class AccessLog;
class DaemonLog;
}  // namespace gateway::journal

namespace gateway::tracing {
class Exporter;
}

namespace gateway::proxy {

class BuiltinPages;
class CacheFill;
class ClientConnection;
class FleetLog;

// Memory that one request needs while it is served; taken from the worker and given back, so that
// an idle connection holds none of it and a busy worker allocates nothing.
struct Workspace {
  Workspace();
  ~Workspace();

  http::RequestHead request;
  http::ResponseHead response;
  decision::Exchange exchange;
  std::string request_head;       // as sent to the upstream
  std::size_t trace_span_at = 0;  // where in it the traceparent's span is
  std::string response_head;      // as sent to the client
  std::string_view head;          // the request's head as received, in the buffer or in `kept`
  std::string held_body;          // of the request, as sent upstream, so that it can be sent again
  AttemptLog attempts;            // of the request
  std::string kept;               // a copy of the head, once its buffer is used for what follows
  std::unique_ptr<CacheFill> fill;  // takes the service's answer into the cache; null: none does
  std::shared_ptr<const std::string> page;  // what a built-in endpoint answers
};

// Where finished requests are reported to beside the request log; null: nowhere. Owned by the
// daemon, which has workers let go of them first.
struct Sinks {
  tracing::Exporter* spans = nullptr;
  journal::AccessLog* access = nullptr;
};

// What all workers share; owned by the daemon, which outlives them.
struct Shared {
  journal::Journal* journal;         // null: nothing is kept
  std::atomic<std::uint32_t>& open;  // connections
  std::atomic<std::uint32_t>& tunnels;
  OffLoop& off_loop;
  policy::LimitTable& limits;
  policy::CacheStore& cache;
  const policy::Sha256& password_key;  // see decision::State
  FleetLog& fleet_log;
  metrics::PoolGauges& pool_gauges;
  BuiltinPages& pages;
  const acme::Challenges& challenges;
  journal::DaemonLog& log;
};

// What every connection of one worker shares. Owned by the worker, used on its thread alone but
// for the counters, which others may read.
class Context {
 public:
  Context(net::Loop& event_loop, std::size_t worker_index, const Shared& shared)
      : loop(event_loop),
        worker(worker_index),
        journal(shared.journal),
        open(shared.open),
        tunnels(shared.tunnels),
        off_loop(shared.off_loop),
        fleet_log(shared.fleet_log),
        pages(shared.pages),
        challenges(shared.challenges),
        log(shared.log),
        decisions(shared.password_key),
        upstreams(shared.pool_gauges, buffers) {
    decisions.limits = &shared.limits;
    decisions.cache = &shared.cache;
  }

  std::unique_ptr<Workspace> take_workspace();
  void give_workspace(std::unique_ptr<Workspace> workspace);

  // Value of Date (RFC 9110 §5.6.7), made anew each second.
  std::string_view date();
  // Wall-clock time that belongs to `now`: one clock is read on the request path, not two.
  UnixMicros unix_time(SteadyTime now);

  net::Loop& loop;
  const std::size_t worker;
  journal::Journal* const journal;      // may be null: nothing is kept
  std::atomic<std::uint32_t>& open;     // connections of all workers
  std::atomic<std::uint32_t>& tunnels;  // of all workers
  OffLoop& off_loop;
  FleetLog& fleet_log;
  BuiltinPages& pages;
  const acme::Challenges& challenges;
  journal::DaemonLog& log;  // the daemon's own
  decision::State decisions;
  policy::OverloadState overload;
  std::shared_ptr<KeySource> keys;  // of the view's config; null: it has no auth.jwt
  net::BufferPool buffers;
  http::EncoderPool encoders;
  UuidSource uuids;
  Upstreams upstreams;
  std::shared_ptr<const View> view;  // what new requests start with
  Sinks sinks;
  bool draining = false;
  std::vector<ClientConnection*> connections;
  std::atomic<std::uint64_t> requests = 0;
  // Mirrored requests under way, and what each waits on (null: nothing just now).
  std::map<const void*, net::Interruptible*> mirrored_waits;

 private:
  void read_wall_clock(SteadyTime now);

  std::vector<std::unique_ptr<Workspace>> workspaces_;
  SteadyTime wall_read_at_{};
  UnixMicros wall_ = 0;
  std::string date_;
};

}  // namespace gateway::proxy
