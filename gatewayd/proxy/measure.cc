#include "gatewayd/proxy/measure.h"

namespace gateway::proxy {
namespace {

const metrics::Series<metrics::RouteFigures>& route_of(const View& view,
                                                       const decision::Exchange& x,
                                                       Decider decider) {
  const metrics::Generation& figures = *view.figures;
  if (x.route != nullptr) {
    return figures.routes[static_cast<std::size_t>(x.route - view.snapshot->routes.data())];
  }
  return decider == Decider::builtin ? figures.builtin() : figures.no_route();
}

// The service that answers, or that would have, had the request not been refused on its way.
std::uint32_t service_of(const decision::Exchange& x) {
  if (x.service != decision::kNoService || x.route == nullptr) return x.service;
  return x.route->service;
}

// Whether the answer is an error of somebody's: refusals and failures, and 5xx that were passed on.
bool is_error(const Answer& answer) {
  if (answer.decider == Decider::upstream) return answer.status >= 500;
  return info(answer.decider).status != 0;
}

void measure_limits(const View& view, std::size_t worker, const decision::Exchange& x) {
  const auto& rules = view.snapshot->limits.all();
  for (const policy::LimitVerdict& verdict : x.limits.all()) {
    if (verdict.tally.allowed) continue;
    const auto index = static_cast<std::size_t>(verdict.rule - rules.data());
    metrics::RuleFigures& rule = view.figures->rules[index].of_worker(worker);
    (verdict.observed ? rule.observed : rule.refused).add();
  }
}

metrics::CacheResult cache_result(const decision::CacheTurn& turn) {
  using enum metrics::CacheResult;
  if (turn.kind == decision::CacheTurn::Kind::passed) return passed;
  if (!turn.sent) return miss;
  if (turn.collapsed) return collapsed;
  if (turn.failed || turn.reuse.left <= 0) return turn.forward_status == 304 ? revalidated : stale;
  return turn.has_answer() ? hit : revalidated;
}

}  // namespace

void measure(const Context& context, const View& view, const Workspace& workspace,
             const Answer& answer, microseconds took) {
  const decision::Exchange& x = workspace.exchange;
  const metrics::Generation& figures = *view.figures;
  const metrics::Method method = metrics::method_of(workspace.request.method);

  metrics::RouteFigures& route = route_of(view, x, answer.decider).of_worker(context.worker);
  route.codes.add(method, answer.status);
  route.durations[static_cast<std::size_t>(method)].add(took);
  if (x.cache.kind != decision::CacheTurn::Kind::none) {
    route.cache[static_cast<std::size_t>(cache_result(x.cache))].add();
  }
  if (x.compress.coding) route.coded[static_cast<std::size_t>(*x.compress.coding)].add();

  const std::uint32_t index = service_of(x);
  const auto& series =
      index == decision::kNoService ? figures.no_service() : figures.services[index];
  metrics::ServiceFigures& service = series.of_worker(context.worker);
  service.codes.add(method, answer.status);
  if (x.service != decision::kNoService && !x.cache.has_answer()) service.durations.add(took);
  if (is_error(answer)) service.add_error(answer.decider);
  if (answer.retries > 0) service.retries.add(answer.retries);
  if (!x.limits.all().empty()) measure_limits(view, context.worker, x);
}

}  // namespace gateway::proxy
