#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gatewayd/net/endpoint.h"
#include "gatewayd/proxy/upstream_pool.h"
#include "shared/decision/snapshot.h"

namespace gateway::proxy {

// Addresses of every instance host, found off the request path. A host that is missing here could
// not be resolved.
using Addresses = std::map<std::string, IpAddress>;

// One service as one worker serves it.
struct ServiceView {
  std::vector<std::shared_ptr<Upstream>> instances;  // in the order of the config
  mutable std::uint32_t turn = 0;                    // round robin

  std::uint32_t next_instance() const {
    return turn++ % static_cast<std::uint32_t>(instances.size());
  }
};

// A snapshot with this worker's own connections behind it. A request keeps the view it started
// with.
struct View {
  std::shared_ptr<const decision::Snapshot> snapshot;
  std::vector<ServiceView> services;  // by index of snapshot->config.services
};

// What outlives a config on one worker: instances by URL, with their pools.
class Upstreams {
 public:
  std::shared_ptr<const View> make_view(std::shared_ptr<const decision::Snapshot> snapshot,
                                        const Addresses& addresses);
  void close_idle();
  std::size_t idle(const std::string& url) const;

 private:
  std::map<std::string, std::shared_ptr<Upstream>> by_url_;
};

}  // namespace gateway::proxy
