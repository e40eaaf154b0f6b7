#include <fmt/format.h>

#include "shared/decision/answer_fields.h"
#include "shared/decision/explain_lines.h"

namespace gateway::decision {
namespace {

using Kind = ExplainLine::Kind;
using Outcome = Explanation::Outcome;

// "breaker closed, 2 of 2 instances healthy"; "2 instances" where nothing judges them.
std::string state_text(const ServiceNow& now, std::size_t instances) {
  const std::string breaker =
      now.breaker.empty() ? std::string() : fmt::format("breaker {}, ", now.breaker);
  const char* plural = instances == 1 ? "" : "s";
  if (!now.instances_healthy) return fmt::format("{}{} instance{}", breaker, instances, plural);
  return fmt::format("{}{} of {} instance{} healthy", breaker, *now.instances_healthy, instances,
                     plural);
}

// "split: samples 90, canary 10"; empty for a route with one service.
std::string split_text(const Snapshot& snapshot, const RoutePlan& route) {
  std::string text;
  for (std::size_t i = 0; i < route.split_services.size(); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "split: " : ", ",
                        snapshot.config.services[route.split_services[i]].name,
                        route.upstream.split[i].weight);
  }
  return text;
}

}  // namespace

void leave_open(std::string_view label, std::string_view summary, std::string reason,
                Explanation& out) {
  out.outcome = Outcome::open;
  out.lines.push_back({Kind::open, std::string(label), std::string(summary), reason, "", ""});
  out.reason = std::move(reason);
}

void tell_forward(const Snapshot& snapshot, Exchange& x, const ServiceState& service_state,
                  Explanation& out) {
  tell_changes(snapshot, x, out.lines);
  const config::Service& service = snapshot.config.services[x.service];
  const std::size_t count = service.instances.size();
  const ServiceNow now = service_state ? service_state(x.service) : ServiceNow{};
  const Kind kind = now.refusal ? Kind::refused : Kind::passed;
  out.lines.push_back({kind, "service", service.name, state_text(now, count),
                       split_text(snapshot, *x.route), place_text(snapshot, service.place)});
  if (!now.refusal) tell_coding(x, out.lines);
  out.service = service.name;
  out.breaker = now.breaker;
  out.instances_healthy = now.instances_healthy;
  if (now.refusal) {
    x.refusal = now.refusal;
    if (now.retry_after > 0) x.answer_lines += fmt::format("Retry-After: {}\r\n", now.retry_after);
    tell_answer(snapshot, x, out);
    return;
  }
  out.outcome = Outcome::forward;
  out.target = x.upstream_path;
  if (x.has_upstream_query) out.target.append("?").append(x.upstream_query);
  for (const std::uint32_t index : now.open_to) {
    out.instances.push_back(service.instances[index].url);
  }
  if (!service_state) {
    for (const auto& instance : service.instances) out.instances.push_back(instance.url);
  }
  const bool by_chance =
      !x.route->split.empty() && x.route->upstream.sticky.kind == config::RequestKey::Kind::none;
  for (std::size_t i = 0; by_chance && i < x.route->split_services.size(); ++i) {
    if (x.route->upstream.split[i].weight == 0) continue;
    out.services.push_back(snapshot.config.services[x.route->split_services[i]].name);
  }
  if (out.services.empty()) out.services.push_back(service.name);
  std::string fields;
  append_to_upstream_answer(snapshot, x, {}, fields);
  out.fields = split_lines(fields);
  out.sent_fields = sent_fields(snapshot, x);
}

void tell_answer(const Snapshot& snapshot, const Exchange& x, Explanation& out) {
  const DeciderInfo& what = info(x.refusal ? x.refusal->decider : x.own_decider);
  out.outcome = Outcome::answer;
  out.status = x.refusal ? what.status : x.own.status;
  out.decider = what.name;
  if (x.refusal) out.reason = x.refusal->detail;
  std::string fields;
  append_to_own_answer(snapshot, x, fields);
  out.fields = split_lines(fields);
}

}  // namespace gateway::decision
