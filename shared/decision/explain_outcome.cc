#include <fmt/format.h>

#include "shared/decision/answer_fields.h"
#include "shared/decision/explain_lines.h"

namespace gateway::decision {
namespace {

using Kind = ExplainLine::Kind;
using Outcome = Explanation::Outcome;

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

void tell_forward(const Snapshot& snapshot, const Exchange& x, const ServiceState& service_state,
                  Explanation& out) {
  tell_changes(snapshot, x, out.lines);
  const config::Service& service = snapshot.config.services[x.service];
  const std::size_t count = service.instances.size();
  std::string state = service_state ? service_state(x.service) : std::string();
  if (state.empty()) state = fmt::format("{} instance{}", count, count == 1 ? "" : "s");
  std::string shares = split_text(snapshot, *x.route);
  out.lines.push_back({Kind::passed, "service", service.name, std::move(state), std::move(shares),
                       place_text(snapshot, service.place)});
  out.outcome = Outcome::forward;
  out.target = x.upstream_path;
  if (x.has_upstream_query) out.target.append("?").append(x.upstream_query);
  out.service = service.name;
  const bool by_chance =
      !x.route->split.empty() && x.route->upstream.sticky.kind == config::RequestKey::Kind::none;
  for (std::size_t i = 0; by_chance && i < x.route->split_services.size(); ++i) {
    if (x.route->upstream.split[i].weight == 0) continue;
    out.services.push_back(snapshot.config.services[x.route->split_services[i]].name);
  }
  if (out.services.empty()) out.services.push_back(service.name);
  for (const config::Instance& instance : service.instances) out.instances.push_back(instance.url);
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
