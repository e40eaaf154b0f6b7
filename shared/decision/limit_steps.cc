#include "shared/decision/steps.h"
#include "shared/policy/limit_headers.h"

namespace gateway::decision {
namespace {

using policy::LimitStage;
using policy::LimitVerdict;

// What the rules of one stage said goes into the trace rule by rule.
void trace_from(std::size_t first, Exchange& x) {
  const auto verdicts = x.limits.all();
  for (std::size_t i = first; i < verdicts.size(); ++i) {
    const LimitVerdict& verdict = verdicts[i];
    Step step{Stage::limit, Verdict::passed, "", verdict.rule->name(), {}};
    if (!verdict.tally.allowed) {
      step.verdict = verdict.observed ? Verdict::observed : Verdict::refused;
      step.why = "used up";
    }
    x.trace.add(step);
  }
}

Next count(const Snapshot& snapshot, State& state, LimitStage stage, Exchange& x) {
  const policy::RouteLimits& limits = x.route->limits;
  const auto& rules = stage == LimitStage::before_user ? limits.before_user : limits.with_user;
  if (rules.empty() || state.limits == nullptr) return Next::go_on;
  const policy::LimitCounter counter(snapshot.limits, *snapshot.limit_factors, *state.limits);
  const policy::LimitRequest request{
      x.time,   x.client, x.identity != nullptr ? std::string_view(x.identity->user) : "",
      x.method, x.path,   x.fields};
  const std::size_t before = x.limits.all().size();
  const bool allowed = counter.count(limits, stage, request, state.counting, x.limits);
  trace_from(before, x);
  if (allowed) return Next::go_on;
  if (const LimitVerdict* verdict = x.limits.tightest()) {
    policy::append_retry_after(*verdict, x.answer_lines);
  }
  return refuse(x, Decider::rate_limited, "Too many requests: try again after a while.");
}

}  // namespace

Next count_anyone(const Snapshot& snapshot, State& state, Exchange& x) {
  return count(snapshot, state, LimitStage::before_user, x);
}

Next count_user(const Snapshot& snapshot, State& state, Exchange& x) {
  return count(snapshot, state, LimitStage::with_user, x);
}

}  // namespace gateway::decision
