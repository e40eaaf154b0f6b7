#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gatewayd/metrics/registry.h"
#include "gatewayd/proxy/fleet.h"
#include "gatewayd/proxy/upstream_pool.h"
#include "gatewayd/proxy/wait_queue.h"
#include "shared/decision/snapshot.h"
#include "shared/policy/balance.h"

namespace gateway::proxy {

// One peer as one worker sees it: the state that all share, and this worker's connections.
struct Peer {
  std::uint32_t instance = 0;  // index into the service's instances
  std::uint32_t weight = 1;
  std::shared_ptr<PeerState> state;
  std::shared_ptr<Upstream> pool;
};

// One service as one worker serves it.
struct ServiceView {
  ServiceView(const config::Service& service, const FleetService& fleet,
              std::vector<Peer> its_peers, std::uint64_t seed);

  std::shared_ptr<ServiceState> state;
  std::vector<Peer> peers;
  // Of this worker alone, changed by every request.
  mutable policy::Balancer balancer;
  mutable std::vector<policy::Candidate> candidates;  // memory for one choice
  mutable WaitQueue waiting;
  mutable std::uint32_t question_turn = 0;  // of questions about tokens
};

// A snapshot with this worker's own connections behind it. A request keeps the view it started
// with.
struct View {
  std::shared_ptr<const decision::Snapshot> snapshot;
  std::shared_ptr<const FleetView> fleet;
  std::vector<std::unique_ptr<ServiceView>> services;  // by index of snapshot->config.services
  std::shared_ptr<const metrics::Generation> figures;  // of this snapshot's names
};

// What outlives a config on one worker: the pools, by instance and address.
class Upstreams {
 public:
  Upstreams(metrics::PoolGauges& gauges, net::BufferPool& buffers)
      : gauges_(gauges), buffers_(buffers) {}

  // `seed`: another one for each worker.
  std::shared_ptr<const View> make_view(std::shared_ptr<const decision::Snapshot> snapshot,
                                        std::shared_ptr<const FleetView> fleet,
                                        std::shared_ptr<const metrics::Generation> figures,
                                        std::uint64_t seed);
  void close_idle();
  // Ends all HTTP/2 connections, also those of pools that are gone. has_links(): not all are over.
  void cut_links();
  bool has_links() const { return !links_.empty(); }
  std::size_t idle(const std::string& url) const;  // over all addresses of an instance

 private:
  std::shared_ptr<Upstream> pool_of(const FleetService::Peer& peer, bool http2);

  metrics::PoolGauges& gauges_;
  net::BufferPool& buffers_;
  H2Links links_;
  // "url address", the service under TLS, and the protocol.
  std::map<std::string, std::shared_ptr<Upstream>> pools_;
};

}  // namespace gateway::proxy
