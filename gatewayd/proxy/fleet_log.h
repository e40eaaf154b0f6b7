#pragma once

#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// What becomes known of services and peers, told to whoever keeps the history. Any thread; must not
// block.
class FleetLog {
 public:
  virtual ~FleetLog() = default;
  virtual void health_changed(const PeerState& peer, const policy::HealthChange& change) = 0;
  // `peer`: whose own breaker it is; null: the service's. `failed`: requests behind it.
  virtual void breaker_changed(const ServiceState& service, const PeerState* peer,
                               const policy::BreakerChange& change) = 0;
  // No TLS came about with an instance, for the reason that OpenSSL gives.
  virtual void tls_failed(const std::string& instance, const std::string& why) = 0;
};

// Nothing when nothing changed, which is what nearly every request says.
inline void report_breaker(const Context& context, const ServiceView& service,
                           const PeerState* peer, const policy::BreakerChange& change) {
  if (change) context.fleet_log.breaker_changed(*service.state, peer, change);
}

inline void report_health(const Context& context, const PeerState& peer,
                          const std::optional<policy::HealthChange>& change) {
  if (change) context.fleet_log.health_changed(peer, *change);
}

}  // namespace gateway::proxy
