#include "gatewayd/proxy/view.h"

namespace gateway::proxy {

std::shared_ptr<const View> Upstreams::make_view(std::shared_ptr<const decision::Snapshot> snapshot,
                                                 const Addresses& addresses) {
  auto view = std::make_shared<View>();
  std::map<std::string, std::shared_ptr<Upstream>> named;
  for (const config::Service& service : snapshot->config.services) {
    ServiceView& entry = view->services.emplace_back();
    for (const config::Instance& instance : service.instances) {
      std::shared_ptr<Upstream>& upstream = named[instance.url];
      if (upstream == nullptr) {
        const auto known = by_url_.find(instance.url);
        upstream =
            known != by_url_.end() ? known->second : std::make_shared<Upstream>(instance.url);
      }
      const auto address = addresses.find(instance.host);
      std::optional<net::Endpoint> endpoint;
      if (address != addresses.end()) endpoint = net::Endpoint{address->second, instance.port};
      upstream->configure(endpoint, {service.max_idle, service.idle_timeout});
      entry.instances.push_back(upstream);
    }
  }
  for (const auto& [url, upstream] : by_url_) {
    if (!named.contains(url)) upstream->close_idle();
  }
  by_url_ = std::move(named);
  view->snapshot = std::move(snapshot);
  return view;
}

void Upstreams::close_idle() {
  for (const auto& [url, upstream] : by_url_) upstream->close_idle();
}

std::size_t Upstreams::idle(const std::string& url) const {
  const auto found = by_url_.find(url);
  return found == by_url_.end() ? 0 : found->second->idle();
}

}  // namespace gateway::proxy
