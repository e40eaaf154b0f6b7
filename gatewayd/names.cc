#include "gatewayd/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace gateway {

proxy::Addresses Names::look_up(const config::Config& config, milliseconds patience) {
  std::set<std::string> hosts;
  for (const config::Service& service : config.services) {
    for (const config::Instance& instance : service.instances) {
      if (!parse_ip(instance.host)) hosts.insert(instance.host);
    }
  }
  look_ups_.keep_only(hosts);
  for (const std::string& host : hosts) look_ups_.ask(host);
  look_ups_.wait(hosts, patience);
  return known(config);
}

proxy::Addresses Names::known(const config::Config& config) const {
  proxy::Addresses addresses;
  for (const config::Service& service : config.services) {
    for (const config::Instance& instance : service.instances) {
      if (addresses.contains(instance.host)) continue;
      if (const auto literal = parse_ip(instance.host)) {
        addresses[instance.host] = {*literal};
        continue;
      }
      auto found = look_ups_.latest(instance.host);
      if (found && !found->addresses.empty()) {
        addresses[instance.host] = std::move(found->addresses);
      }
    }
  }
  return addresses;
}

void Names::ask_due(const config::Config& config, SteadyTime now) {
  for (const config::Service& service : config.services) {
    SteadyTime& due = due_[service.name];
    const milliseconds every = service.upstream.resolve;
    if (due == SteadyTime{}) due = now + std::min(every, kMissingAgain);
    if (now < due) continue;
    due = now + every;
    for (const config::Instance& instance : service.instances) {
      if (parse_ip(instance.host)) continue;
      const auto found = look_ups_.latest(instance.host);
      if (!found || found->addresses.empty()) due = now + std::min(every, kMissingAgain);
      tell(instance.host);
      look_ups_.ask(instance.host);
    }
  }
}

bool Names::changed() {
  const std::uint64_t changes = look_ups_.changes();
  return std::exchange(seen_changes_, changes) != changes;
}

// Says once that a name is not found, and once that it is again.
void Names::tell(const std::string& host) {
  const auto answer = look_ups_.latest(host);
  if (!answer) return;
  if (answer->fault.empty()) {
    if (missed_.erase(host) > 0)
      log_.about(journal::Category::service).info(fmt::format("name {} is found again", host));
    return;
  }
  if (!missed_.insert(host).second) return;
  const std::size_t kept = answer->addresses.size();
  log_.about(journal::Category::service)
      .warning(fmt::format("name {} is not found: {}; {}", host, answer->fault,
                           kept == 0 ? "its instance gets no requests until it is"
                                     : fmt::format("its {} address{} served on", kept,
                                                   kept == 1 ? " is" : "es are")));
}

}  // namespace gateway
