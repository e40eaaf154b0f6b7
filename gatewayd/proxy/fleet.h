#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/tls_client.h"
#include "shared/config/model.h"
#include "shared/policy/breaker.h"
#include "shared/policy/health.h"
#include "shared/policy/retry.h"

namespace gateway::proxy {

// Addresses of every instance host, found off the request path. A host that is missing here could
// not be resolved.
using Addresses = std::map<std::string, std::vector<IpAddress>>;

// How TLS is spoken to the instances of services, by the service's name.
using TlsClients = std::map<std::string, std::shared_ptr<const net::TlsClient>>;

// One address of one instance of a service: what requests are balanced over. All workers share it,
// through atomics alone; it outlives configs.
struct PeerState {
  PeerState(std::string of_service, std::string of_instance, std::string at, SteadyTime now)
      : service(std::move(of_service)),
        instance(std::move(of_instance)),
        address(std::move(at)),
        health(now),
        breaker(config::Breaker{}) {}

  const std::string service;
  const std::string instance;  // its URL
  const std::string address;   // "10.0.0.1:8080"; empty: the name could not be resolved
  std::atomic<std::uint32_t> in_flight = 0;
  policy::PeerHealth health;
  policy::Breaker breaker;  // in use where the service's breaker is per instance
};

// What is known of a service as a whole.
struct ServiceState {
  explicit ServiceState(std::string its_name)
      : name(std::move(its_name)), breaker(config::Breaker{}), budget(config::Retry{}.budget) {}

  const std::string name;
  policy::Breaker breaker;
  policy::RetryBudget budget;
};

// One service of a config with its peers as they are now.
struct FleetService {
  struct Peer {
    std::uint32_t instance = 0;             // index into the service's instances
    std::optional<net::Endpoint> endpoint;  // none: unresolved
    std::shared_ptr<PeerState> state;
    std::shared_ptr<net::TlsPeer> tls;  // null: plain
  };
  std::shared_ptr<ServiceState> state;
  std::vector<Peer> peers;
};

// Every service of a config, by its index. Immutable once made; published with the snapshot.
using FleetView = std::vector<FleetService>;

// The states of all services and peers, kept by name over reloads and look-ups. Owned by the
// daemon; any thread.
class Fleet {
 public:
  // The fleet of `config` at these addresses: what is known already keeps its state, what is gone
  // is forgotten once no request uses it any more.
  // `tls`: how TLS is spoken to the services that have it.
  std::shared_ptr<const FleetView> adopt(const config::Config& config, const Addresses& addresses,
                                         const TlsClients& tls, SteadyTime now);

 private:
  std::shared_ptr<ServiceState> service(const std::string& name);
  std::shared_ptr<PeerState> peer(const config::Service& service, const config::Instance& instance,
                                  const std::optional<net::Endpoint>& endpoint, SteadyTime now);

  std::shared_ptr<net::TlsPeer> tls_peer(const config::Service& service,
                                         const config::Instance& instance,
                                         const std::optional<net::Endpoint>& endpoint,
                                         const TlsClients& tls);

  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<ServiceState>> services_;
  std::map<std::string, std::weak_ptr<PeerState>> peers_;         // "service instance address"
  std::map<std::string, std::weak_ptr<net::TlsPeer>> tls_peers_;  // the same
};

}  // namespace gateway::proxy
