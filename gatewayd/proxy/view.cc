#include "gatewayd/proxy/view.h"

namespace gateway::proxy {
namespace {

std::string key_of(const PeerState& peer) {
  return peer.instance + " " + peer.address;
}

// Services may trust different authorities, so each has its own connections over TLS; connections
// of one protocol are no use for the other.
std::string pool_key(const FleetService::Peer& peer, bool http2) {
  std::string key = key_of(*peer.state);
  if (peer.tls != nullptr) key += " " + peer.state->service;
  return http2 ? key + " h2" : key;
}

std::vector<std::uint64_t> ids_of(const std::vector<Peer>& peers) {
  std::vector<std::uint64_t> ids;
  for (const Peer& peer : peers) ids.push_back(policy::peer_id(key_of(*peer.state)));
  return ids;
}

}  // namespace

ServiceView::ServiceView(const config::Service& service, const FleetService& fleet,
                         std::vector<Peer> its_peers, std::uint64_t seed)
    : state(fleet.state),
      peers(std::move(its_peers)),
      balancer(service.upstream, ids_of(peers), seed),
      candidates(peers.size()) {}

std::shared_ptr<Upstream> Upstreams::pool_of(const FleetService::Peer& peer, bool http2) {
  const auto known = pools_.find(pool_key(peer, http2));
  if (known != pools_.end()) return known->second;
  return std::make_shared<Upstream>(gauges_.make(peer.state->instance), buffers_, links_);
}

std::shared_ptr<const View> Upstreams::make_view(std::shared_ptr<const decision::Snapshot> snapshot,
                                                 std::shared_ptr<const FleetView> fleet,
                                                 std::shared_ptr<const metrics::Generation> figures,
                                                 std::uint64_t seed) {
  auto view = std::make_shared<View>();
  std::map<std::string, std::shared_ptr<Upstream>> named;
  for (std::size_t i = 0; i < fleet->size(); ++i) {
    const config::Service& service = snapshot->config.services[i];
    std::vector<Peer> peers;
    for (const FleetService::Peer& from : (*fleet)[i].peers) {
      std::shared_ptr<Upstream>& pool = named[pool_key(from, service.http2)];
      if (pool == nullptr) pool = pool_of(from, service.http2);
      pool->configure(from.endpoint, from.tls,
                      {service.max_idle, service.idle_timeout, service.http2});
      peers.push_back({from.instance, service.instances[from.instance].weight, from.state, pool});
    }
    view->services.push_back(
        std::make_unique<ServiceView>(service, (*fleet)[i], std::move(peers), seed));
  }
  for (const auto& [key, pool] : pools_) {
    if (!named.contains(key)) pool->close_idle();
  }
  pools_ = std::move(named);
  view->snapshot = std::move(snapshot);
  view->fleet = std::move(fleet);
  view->figures = std::move(figures);
  return view;
}

void Upstreams::cut_links() {
  const H2Links links = links_;
  for (H2Link* link : links) {
    if (links_.contains(link)) link->cut();
  }
}

void Upstreams::close_idle() {
  for (const auto& [key, pool] : pools_) pool->close_idle();
}

std::size_t Upstreams::idle(const std::string& url) const {
  std::size_t idle = 0;
  for (const auto& [key, pool] : pools_) {
    if (pool->url() == url) idle += pool->idle();
  }
  return idle;
}

}  // namespace gateway::proxy
