#include <fmt/format.h>

#include "shared/decision/answer_fields.h"
#include "shared/decision/explain_lines.h"

namespace gateway::decision {
namespace {

using Kind = ExplainLine::Kind;
using Outcome = Explanation::Outcome;

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
  const config::Service& service = snapshot.config.services[x.route->service];
  const std::size_t count = service.instances.size();
  std::string state = service_state ? service_state(x.route->service) : std::string();
  if (state.empty()) state = fmt::format("{} instance{}", count, count == 1 ? "" : "s");
  out.lines.push_back({Kind::passed, "service", service.name, std::move(state), "",
                       place_text(snapshot, service.place)});
  out.outcome = Outcome::forward;
  out.target = x.upstream_path;
  if (x.has_upstream_query) out.target.append("?").append(x.upstream_query);
  out.service = service.name;
  for (const config::Instance& instance : service.instances) out.instances.push_back(instance.url);
  std::string fields;
  append_to_upstream_answer(snapshot, x, {}, fields);
  out.fields = split_lines(fields);
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
