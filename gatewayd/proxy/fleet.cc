#include "gatewayd/proxy/fleet.h"

#include <fmt/format.h>

namespace gateway::proxy {
namespace {

// Instances with many addresses behind one name are cut to this many.
constexpr std::size_t kMaxAddresses = 64;

template <class Map>
void forget_unused(Map& map) {
  std::erase_if(map, [](const auto& entry) { return entry.second.expired(); });
}

std::vector<std::optional<net::Endpoint>> endpoints_of(const config::Instance& instance,
                                                       const Addresses& addresses) {
  const auto found = addresses.find(instance.host);
  if (found == addresses.end() || found->second.empty()) return {std::nullopt};
  std::vector<std::optional<net::Endpoint>> endpoints;
  for (const IpAddress& address : found->second) {
    if (endpoints.size() == kMaxAddresses) break;
    endpoints.push_back(net::Endpoint{address, instance.port});
  }
  return endpoints;
}

}  // namespace

std::shared_ptr<ServiceState> Fleet::service(const std::string& name) {
  std::weak_ptr<ServiceState>& known = services_[name];
  std::shared_ptr<ServiceState> state = known.lock();
  if (state == nullptr) known = state = std::make_shared<ServiceState>(name);
  return state;
}

std::shared_ptr<PeerState> Fleet::peer(const config::Service& service,
                                       const config::Instance& instance,
                                       const std::optional<net::Endpoint>& endpoint,
                                       SteadyTime now) {
  const std::string address = endpoint ? net::to_string(*endpoint) : std::string();
  std::weak_ptr<PeerState>& known =
      peers_[fmt::format("{} {} {}", service.name, instance.url, address)];
  std::shared_ptr<PeerState> state = known.lock();
  if (state == nullptr) {
    known = state = std::make_shared<PeerState>(service.name, instance.url, address, now);
  }
  return state;
}

// One that speaks as before keeps the session that it may resume, and its idle connections.
std::shared_ptr<net::TlsPeer> Fleet::tls_peer(const config::Service& service,
                                              const config::Instance& instance,
                                              const std::optional<net::Endpoint>& endpoint,
                                              const TlsClients& tls) {
  const auto client = tls.find(service.name);
  if (!instance.tls || client == tls.end()) return nullptr;
  const std::string& name =
      service.tls.server_name.empty() ? instance.host : service.tls.server_name;
  const std::string address = endpoint ? net::to_string(*endpoint) : std::string();
  std::weak_ptr<net::TlsPeer>& known =
      tls_peers_[fmt::format("{} {} {}", service.name, instance.url, address)];
  std::shared_ptr<net::TlsPeer> peer = known.lock();
  const bool same =
      peer != nullptr && peer->name() == name && peer->client().is_like(*client->second);
  if (!same) known = peer = std::make_shared<net::TlsPeer>(client->second, name);
  return peer;
}

std::shared_ptr<const FleetView> Fleet::adopt(const config::Config& config,
                                              const Addresses& addresses, const TlsClients& tls,
                                              SteadyTime now) {
  const std::lock_guard lock(mutex_);
  // At the very start nobody has come back from anything: every instance has its full share.
  const SteadyTime since = peers_.empty() ? SteadyTime{} : now;
  auto view = std::make_shared<FleetView>();
  for (const config::Service& from : config.services) {
    FleetService& to = view->emplace_back();
    to.state = service(from.name);
    const config::Breaker breaker = from.upstream.breaker.value_or(config::Breaker{});
    to.state->breaker.adopt(breaker);
    if (from.upstream.retry) to.state->budget.adopt(from.upstream.retry->budget);
    for (std::uint32_t i = 0; i < from.instances.size(); ++i) {
      for (const auto& endpoint : endpoints_of(from.instances[i], addresses)) {
        to.peers.push_back({i, endpoint, peer(from, from.instances[i], endpoint, since),
                            tls_peer(from, from.instances[i], endpoint, tls)});
        to.peers.back().state->breaker.adopt(breaker);
      }
    }
  }
  forget_unused(services_);
  forget_unused(peers_);
  forget_unused(tls_peers_);
  return view;
}

}  // namespace gateway::proxy
