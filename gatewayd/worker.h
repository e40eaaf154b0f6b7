#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "gatewayd/net/listener.h"
#include "gatewayd/net/loop.h"
#include "gatewayd/proxy/context.h"
#include "gatewayd/proxy/door.h"

namespace gateway {

// One thread with its own loop, listening sockets, connections and pools. Everything public may be
// called from any thread but none of it from the worker's own.
class Worker {
 public:
  Worker(std::size_t index, const proxy::Shared& shared);
  ~Worker();  // stops and joins; what is still open is cut

  void start();

  // Makes `snapshot` what new requests start with. Returns once the worker serves it.
  void publish(std::shared_ptr<const decision::Snapshot> snapshot,
               std::shared_ptr<const proxy::FleetView> fleet,
               std::shared_ptr<const metrics::Generation> figures,
               std::shared_ptr<proxy::KeySource> keys, const proxy::Sinks& sinks);

  // Verifies tokens with what the key source has now.
  void refresh_keys();

  // A worker may have several sockets of one listener. `id` is the daemon's number of the listener.
  void add_listener(std::uint32_t id, std::unique_ptr<net::Listener> listener);
  // What new connections of that listener come through; comes before its first socket.
  void set_door(std::uint32_t id, std::shared_ptr<const proxy::Door> door);
  // Has its sockets refuse new connections, or take them again: see net::Listener.
  void refuse_on(std::uint32_t id);
  void welcome_on(std::uint32_t id);
  // Closes its sockets, after taking what waits in their queues...
  void stop_listener(std::uint32_t id);
  // ...or leaving that to another process which has the sockets too.
  void leave_listener(std::uint32_t id);

  // From now on answers say Connection: close, and connections are not kept after them.
  void drain();
  // While draining: ends the connections that have been without a request for `patience`.
  void end_idle(milliseconds patience);
  void abort();  // ends every connection now

  // Whether the loop came round since this was last asked, or never was. One thread asks.
  bool came_round();

  std::uint64_t requests() const { return context_.requests.load(std::memory_order_relaxed); }
  microseconds lag() const { return loop_.lag(); }
  microseconds busy() const { return loop_.busy(); }
  microseconds take_longest_lag() { return loop_.take_longest_lag(); }
  std::map<std::string, std::size_t> idle_upstream_connections(
      const std::vector<std::string>& urls);

 private:
  // Runs `work` on the worker's thread and waits for it.
  void call(const std::function<void()>& work);

  net::Loop loop_;
  proxy::Context context_;
  std::map<std::uint32_t, std::shared_ptr<const proxy::Door>> doors_;
  std::multimap<std::uint32_t, std::unique_ptr<net::Listener>> listeners_;
  std::atomic<bool> came_round_ = true;
  std::thread thread_;
};

}  // namespace gateway
