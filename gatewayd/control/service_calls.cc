#include "gatewayd/control/service_calls.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "gatewayd/control/store_answer.h"
#include "shared/base/clock.h"
#include "shared/config/suggest.h"
#include "shared/control/health_messages.h"

namespace gateway::control {
namespace {

std::optional<ServiceHealth> find_service(const std::string& name, const Backend& backend) {
  HealthReport report = backend.health();
  for (ServiceHealth& service : report.services) {
    if (service.name == name) return std::move(service);
  }
  return std::nullopt;
}

Answer no_service(const std::string& name, const Backend& backend) {
  const HealthReport report = backend.health();
  std::vector<std::string_view> names;
  for (const ServiceHealth& service : report.services) names.push_back(service.name);
  return problem(404, "the running configuration has no service \"" + name + "\"; " +
                          config::did_you_mean(name, names, "gatewayctl services lists them"));
}

Answer verdict_on(const BreakerVerdict& verdict) {
  return verdict.done ? json_answer(verdict) : problem(409, verdict.message);
}

}  // namespace

Answer service_health(const Call& call, Backend& backend) {
  const auto back = parse_history(call.params);
  if (!back) return problem(400, back.error().message);
  auto service = find_service(call.name, backend);
  if (!service) return no_service(call.name, backend);
  ServiceHealthReport report{std::move(*service), std::nullopt};
  if (!*back) return json_answer(report);
  return from_store(backend, [&](store::Reader& reader) {
    store::HistoryQuery query;
    query.service = call.name;
    query.until = SystemClock().unix_now() + 1;
    query.since = query.until - microseconds(**back).count();
    auto history = reader.history(query);
    if (!history) return problem(503, history.error().message);
    report.history = std::move(*history);
    return json_answer(report);
  });
}

Answer reset_breaker(const Call& call, Backend& backend) {
  if (!call.params.empty()) return problem(400, "this call takes no parameter");
  if (!find_service(call.name, backend)) return no_service(call.name, backend);
  return verdict_on(backend.reset_breaker(call.name, call.peer));
}

Answer open_breaker(const Call& call, Backend& backend) {
  const auto wanted = parse_open_breaker(call.params);
  if (!wanted) return problem(400, wanted.error().message);
  if (!find_service(call.name, backend)) return no_service(call.name, backend);
  return verdict_on(backend.open_breaker(call.name, *wanted, call.peer));
}

}  // namespace gateway::control
