#include <fmt/format.h>

#include "shared/decision/explain_lines.h"
#include "shared/decision/step_words.h"

namespace gateway::decision {
namespace {

StepFacts facts_of(const Exchange& x) {
  const auto views = [](const std::vector<std::string>& words) {
    return std::vector<std::string_view>(words.begin(), words.end());
  };
  StepFacts facts;
  facts.time = x.time;
  facts.preflight = x.cors.is_preflight();
  facts.cors_allowed = x.cors.kind == policy::CorsVerdict::Kind::allowed;
  facts.cors_origin = x.cors.origin;
  if (x.identity != nullptr) {
    facts.identified = true;
    facts.user = x.identity->user;
    facts.roles = views(x.identity->roles);
    facts.scopes = views(x.identity->scopes);
    facts.expires = x.identity->expires;
  }
  if (x.route != nullptr) {
    facts.needed_roles = views(x.route->access.roles);
    facts.needed_scopes = views(x.route->access.scopes);
  }
  return facts;
}

}  // namespace

std::string place_text(const Snapshot& snapshot, const config::Place& place) {
  if (!place || place.file >= snapshot.config.files.size()) return {};
  return fmt::format("{}:{}", snapshot.config.files[place.file].path, place.line);
}

void tell_steps(const Snapshot& snapshot, const Exchange& x, std::vector<ExplainLine>& lines) {
  const StepFacts facts = facts_of(x);
  std::size_t limits = 0;  // their verdicts stand in the order of their steps
  for (const Step& step : x.trace.steps()) {
    if (step.stage == Stage::route) {
      tell_route(snapshot, x, step, lines);
    } else if (step.stage == Stage::limit && limits < x.limits.all().size()) {
      lines.push_back(limit_line(snapshot, x, x.limits.all()[limits++]));
    } else {
      lines.push_back(line_of(step, facts));
    }
  }
  if (x.trace.left_out() != 0) {
    lines.push_back({ExplainLine::Kind::passed, "",
                     fmt::format("and {} more decisions", x.trace.left_out()), "", "", ""});
  }
}

}  // namespace gateway::decision
