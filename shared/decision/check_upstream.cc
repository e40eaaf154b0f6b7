#include "shared/decision/check_upstream.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/base/units.h"

namespace gateway::decision {
namespace {

using config::Report;
using config::Route;
using config::Service;

void check_health(const Service& service, Report& report) {
  if (!service.upstream.health) return;
  const config::Health& health = *service.upstream.health;
  if (health.timeout > health.every) {
    report.warning(
        "slow-check", service.place,
        fmt::format("service \"{}\": health.timeout ({}) is longer than health.every "
                    "({}), so a check is late when the one before gets no answer",
                    service.name, format_duration(health.timeout), format_duration(health.every)));
  }
  if (health.method == "HEAD" && !health.body.empty()) {
    report.warning("useless-check", service.place,
                   fmt::format("service \"{}\": the answer to HEAD has no body, so health.body is "
                               "never found in it",
                               service.name),
                   "use health.method = \"GET\"");
  }
}

void check_retry(const Service& service, Report& report) {
  if (!service.upstream.retry) return;
  const config::RetryConditions& on = service.upstream.retry->on;
  if (!on.connect && !on.reset && !on.timeout && on.statuses.empty()) {
    report.warning("useless-retry", service.place,
                   fmt::format("service \"{}\": retry.on names no failure, so nothing is repeated",
                               service.name));
  }
  const auto& timeout = service.upstream.timeout;
  if (on.timeout && timeout && *timeout <= service.response_timeout) {
    report.warning("useless-retry", service.place,
                   fmt::format("service \"{}\": timeout ({}) leaves no time for a further attempt "
                               "after response_timeout ({})",
                               service.name, format_duration(*timeout),
                               format_duration(service.response_timeout)));
  }
}

void check_hedge(const Service& service, Report& report) {
  const auto& after = service.upstream.hedge_after;
  if (!after) return;
  const milliseconds longest = std::min(
      service.response_timeout, service.upstream.timeout.value_or(service.response_timeout));
  if (*after < longest) return;
  report.warning("useless-hedge", service.place,
                 fmt::format("service \"{}\": hedge.after ({}) never comes, since an attempt ends "
                             "after {}",
                             service.name, format_duration(*after), format_duration(longest)));
}

const Service* find(const config::Config& config, const std::string& name) {
  const auto found = std::find_if(config.services.begin(), config.services.end(),
                                  [&](const Service& service) { return service.name == name; });
  return found == config.services.end() ? nullptr : &*found;
}

// A route only changes what its service repeats. Of a split no share may have retries either.
void check_route_retry(const config::Config& config, const Route& route, Report& report) {
  const config::RouteUpstream& upstream = route.upstream;
  if (!upstream.retry_attempts && !upstream.retry_any_method) return;
  bool known = false;
  const auto repeats = [&](const std::string& name) {
    const Service* service = find(config, name);
    known |= service != nullptr;
    return service != nullptr && service->upstream.retry.has_value();
  };
  bool any = repeats(route.service.value);
  for (const config::Share& share : upstream.split) any |= repeats(share.service.value);
  if (any || !known) return;
  report.warning(
      "useless-retry", route.place,
      fmt::format("route \"{}\" changes the retries of a service that has none", route.name),
      "add retry to the service");
}

}  // namespace

void check_upstream(const config::Config& config, Report& report) {
  for (const Service& service : config.services) {
    check_health(service, report);
    check_retry(service, report);
    check_hedge(service, report);
  }
  for (const Route& route : config.routes) check_route_retry(config, route, report);
}

}  // namespace gateway::decision
