#include "gatewayd/proxy/security_report.h"

namespace gateway::proxy {
namespace {

using decision::Stage;
using decision::Step;
using decision::Verdict;

// What an event is filed under; nothing for what is no matter of security.
std::optional<Decider> kind_of(Stage stage) {
  switch (stage) {
    case Stage::networks:
      return Decider::ip_denied;
    case Stage::request:
      return Decider::invalid_request;
    case Stage::threats:
      return Decider::threat;
    case Stage::limit:
      return Decider::rate_limited;
    case Stage::auth:
      return Decider::unauthenticated;
    case Stage::access:
      return Decider::forbidden;
    case Stage::csrf:
      return Decider::csrf;
    case Stage::route:
    case Stage::cors:
    case Stage::answer:
    case Stage::cache:
      break;
  }
  return std::nullopt;
}

}  // namespace

void report_security(Context& context, const decision::Exchange& x) {
  for (const Step& step : x.trace.steps()) {
    if (step.verdict != Verdict::refused && step.verdict != Verdict::observed) continue;
    const auto kind = kind_of(step.stage);
    if (!kind) continue;
    journal::SecurityEvent event;
    event.id = x.id;
    event.time = x.time;
    event.kind = *kind;
    event.action = step.verdict == Verdict::refused ? store::SecurityAction::blocked
                                                    : store::SecurityAction::observed;
    event.rule = step.rule.empty() ? std::string_view(step.why) : step.rule;
    event.client = x.client_text;
    if (x.identity != nullptr) event.user = x.identity->user;
    event.method = x.method;
    event.host = x.host;
    event.path = x.raw_path;
    if (x.route != nullptr) event.route = x.route->name_id;
    event.detail = step.detail.empty() ? std::string_view(step.why) : step.detail;
    context.journal->push_event(context.worker, event);
  }
}

}  // namespace gateway::proxy
