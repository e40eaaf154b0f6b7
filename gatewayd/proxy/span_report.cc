#include "gatewayd/proxy/span_report.h"

#include "gatewayd/tracing/exporter.h"

namespace gateway::proxy {

void report_span(Context& context, const decision::Snapshot& snapshot, const Workspace& workspace,
                 const Answer& answer, microseconds took) {
  const decision::Exchange& x = workspace.exchange;
  if (context.sinks.spans == nullptr) return;
  tracing::RequestSpan span;
  span.start = x.tracing;
  span.request_id = x.id;
  span.time = x.time;
  span.total_us = static_cast<std::uint32_t>(took.count());
  span.status = answer.status;
  span.decider = answer.decider;
  span.minor = static_cast<std::uint8_t>(workspace.request.minor);
  span.secure = x.secure;
  span.method = x.method;
  span.host = x.host;
  span.path = x.raw_path;
  span.sent_path = x.upstream_path;
  span.client = x.client_text;
  if (const Field* agent = find_field(workspace.request.fields, "User-Agent")) {
    span.user_agent = agent->value;
  }
  if (x.route != nullptr) {
    span.route = x.route->name;
    span.pattern = snapshot.config.routes[x.route->config_index].path.value;
  }
  if (x.service != decision::kNoService) {
    span.service = snapshot.config.services[x.service].name;
  }
  span.attempts = workspace.attempts.notes();
  context.sinks.spans->push(context.worker, span);
}

}  // namespace gateway::proxy
