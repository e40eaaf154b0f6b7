#include <fmt/format.h>

#include <algorithm>

#include "shared/decision/explain_lines.h"
#include "shared/decision/route_rules.h"
#include "shared/routing/passed_over.h"

namespace gateway::decision {
namespace {

using routing::PassedOver;

std::string_view why_text(PassedOver::Why why) {
  switch (why) {
    case PassedOver::Why::host:
      return "host";
    case PassedOver::Why::method:
      return "method";
    case PassedOver::Why::priority:
      return "priority";
    case PassedOver::Why::specific_host:
      return "less specific host";
    case PassedOver::Why::specific_path:
      return "less specific path";
    case PassedOver::Why::order:
      return "later in the files";
  }
  return "";
}

const config::Route* find_route(const config::Config& config, std::string_view name) {
  const auto found =
      std::find_if(config.routes.begin(), config.routes.end(),
                   [&](const config::Route& route) { return route.enabled && route.name == name; });
  return found == config.routes.end() ? nullptr : &*found;
}

// The method that the route was looked up for: a preflight's is the one that it asks about.
std::string_view routed_method(const Snapshot& snapshot, const Exchange& x) {
  if (!x.cors.is_preflight()) return x.method;
  const Field* asked = find_field(*x.fields, FieldId::access_control_request_method);
  if (asked == nullptr) return x.method;
  const auto match = snapshot.router.find(x.host, x.path, asked->value);
  const bool same = match.kind == routing::RouteMatch::Kind::found && match.route == x.match.route;
  return same ? asked->value : x.method;
}

}  // namespace

void tell_route(const Snapshot& snapshot, const Exchange& x, const Step& step,
                std::vector<ExplainLine>& lines) {
  const config::Config& config = snapshot.config;
  ExplainLine line{ExplainLine::Kind::passed, "route", std::string(step.rule), "", "", ""};
  const config::Route* taken = x.route == nullptr ? nullptr : find_route(config, step.rule);
  if (taken != nullptr) {
    line.detail = taken->path.value;
    line.place = place_text(snapshot, taken->place);
  } else {
    line.kind = ExplainLine::Kind::refused;
    line.summary = "none";
    line.detail = step.why;
  }
  lines.push_back(std::move(line));

  std::vector<routing::RouteRule> rules;
  std::optional<std::uint32_t> winner;
  for (const config::Route& route : config.routes) {
    if (&route == taken) winner = static_cast<std::uint32_t>(rules.size());
    rules.push_back(rule_of(route));
  }
  const auto passed =
      routing::passed_over(rules, x.host, x.path, routed_method(snapshot, x), winner);
  if (passed.empty()) return;
  std::string text = "passed over: ";
  for (std::size_t i = 0; i < std::min(passed.size(), kMaxPassedOver); ++i) {
    const config::Route& route = config.routes[passed[i].rule];
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", route.name,
                        route.enabled ? why_text(passed[i].why) : "disabled");
  }
  if (passed.size() > kMaxPassedOver) {
    text += fmt::format(" and {} more", passed.size() - kMaxPassedOver);
  }
  lines.push_back({ExplainLine::Kind::passed, "", std::move(text), "", "", ""});
}

}  // namespace gateway::decision
