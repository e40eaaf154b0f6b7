#include "shared/decision/steps.h"

namespace gateway::decision {
namespace {

Next judge(const policy::IpRules& rules, Exchange& x) {
  const policy::IpVerdict verdict = rules.decide(x.client);
  Step step{Stage::networks, Verdict::passed, verdict.why, "", x.client_text, verdict.by};
  if (verdict.allowed) {
    x.trace.add(step);
    return Next::go_on;
  }
  step.verdict = Verdict::refused;
  return refuse(x, {Decider::ip_denied, "This address may not ask here."}, step);
}

// Takes the findings of one scan into the trace, and refuses when the route blocks what they name.
Next judge_findings(const policy::ThreatVerdict& verdict, const char* clean, Exchange& x) {
  if (!verdict.hostile()) {
    x.trace.add({Stage::threats, Verdict::passed, clean, "", ""});
    return Next::go_on;
  }
  const bool blocks = x.route->threats == config::ThreatMode::block;
  for (const policy::ThreatFinding& finding : verdict.findings) {
    x.trace.add({Stage::threats, blocks ? Verdict::refused : Verdict::observed,
                 finding.rule->reason.c_str(), finding.rule->id, finding.excerpt});
  }
  if (!blocks) return Next::go_on;
  return refuse(x, Decider::threat, "The request looks like an attack.");
}

std::string_view content_type(const Exchange& x) {
  const Field* field = find_field(*x.fields, FieldId::content_type);
  return field == nullptr ? std::string_view() : field->value;
}

policy::OwnSite own_site(const Exchange& x) {
  return {x.secure, x.authority};
}

}  // namespace

Next judge_network(const Snapshot& snapshot, State&, Exchange& x) {
  return snapshot.networks ? judge(*snapshot.networks, x) : Next::go_on;
}

Next judge_route_network(const Snapshot&, State&, Exchange& x) {
  return x.route->networks ? judge(*x.route->networks, x) : Next::go_on;
}

Next judge_origin(const Snapshot&, State&, Exchange& x) {
  using Kind = policy::CorsVerdict::Kind;
  if (x.route->cors == nullptr) return Next::go_on;
  x.cors = x.route->cors->decide(x.method, *x.fields, own_site(x));
  if (x.cors.kind == Kind::not_cross_origin) {
    x.trace.add({Stage::cors, Verdict::passed, "not a cross-origin request", "", ""});
    return Next::go_on;
  }
  Step step{Stage::cors, Verdict::passed, x.cors.why, "", x.cors.offending};
  if (x.cors.kind == Kind::allowed) step.detail = x.cors.origin;
  if (x.cors.kind == Kind::refused) step.verdict = Verdict::observed;
  if (x.cors.kind == Kind::preflight_refused) step.verdict = Verdict::refused;
  if (x.cors.kind == Kind::preflight_allowed) step.verdict = Verdict::answered;
  x.trace.add(step);
  if (!x.cors.is_preflight()) return Next::go_on;
  x.own = {204, "No Content", "", ""};
  x.own_decider = Decider::preflight;
  return Next::respond;
}

Next judge_form(const Snapshot& snapshot, State&, Exchange& x) {
  if (x.content_length > snapshot.config.gateway.max_body_size) {
    return refuse(x, Decider::body_too_large,
                  "The request body is larger than this gateway takes.");
  }
  if (!x.route->request_rules) return Next::go_on;
  const policy::RequestSizes sizes{x.raw_path.size() + (x.has_query ? x.query.size() + 1 : 0),
                                   x.query.size(), x.has_body};
  const auto fault = x.route->request_rules->decide(*x.fields, sizes);
  if (!fault) {
    x.trace.add({Stage::request, Verdict::passed, "as this route asks for", "", ""});
    return Next::go_on;
  }
  return refuse(x, {fault->decider, fault->why},
                {Stage::request, Verdict::refused, fault->why, "", fault->name});
}

Next scan_head(const Snapshot& snapshot, State& state, Exchange& x) {
  if (x.route->threats == config::ThreatMode::off) return Next::go_on;
  const policy::ThreatHead head{x.method, x.raw_path, x.query, *x.fields};
  policy::scan_threats(*snapshot.threats, head, state.threats, x.head_threats);
  return judge_findings(x.head_threats, "nothing found", x);
}

Next scan_body(const Snapshot& snapshot, State& state, Exchange& x) {
  const std::uint64_t most = snapshot.config.security.threat_body;
  if (!x.has_body || most == 0 || x.route->threats == config::ThreatMode::off) return Next::go_on;
  const std::string_view type = content_type(x);
  if (policy::threat_body_kind(type) == policy::ThreatBodyKind::unknown) return Next::go_on;
  if (!is_answered(x, Awaited::Kind::body)) return wait_for(x, Awaited::Kind::body);
  if (x.brought.fault) return refuse(x, x.brought.fault->decider, x.brought.fault->detail);
  policy::scan_threats(*snapshot.threats, type, x.brought.body, state.threats, x.body_threats);
  return judge_findings(x.body_threats, "nothing found in the body", x);
}

Next judge_source(const Snapshot&, State&, Exchange& x) {
  using Kind = policy::CsrfVerdict::Kind;
  if (!x.route->csrf) return Next::go_on;
  const policy::CsrfVerdict verdict = x.route->csrf->decide(x.method, *x.fields, own_site(x));
  if (verdict.kind == Kind::not_needed) {
    x.trace.add(
        {Stage::csrf, Verdict::passed, "not a request that another site could make", "", ""});
    return Next::go_on;
  }
  const bool passed = verdict.kind == Kind::passed;
  const Step step{Stage::csrf, passed ? Verdict::passed : Verdict::refused, verdict.why, "", ""};
  if (!passed) return refuse(x, {Decider::csrf, verdict.why}, step);
  x.trace.add(step);
  return Next::go_on;
}

}  // namespace gateway::decision
