#include "shared/decision/steps.h"
#include "shared/decision/values.h"

namespace gateway::decision {
namespace {

bool in_maintenance(const Snapshot& snapshot, const Exchange& x) {
  return x.route->maintenance ||
         (x.service != kNoService && snapshot.config.services[x.service].maintenance);
}

// The registered phrase of the statuses that a route may answer with itself most often; HTTP/1.1
// needs none (RFC 9112 §4).
std::string_view phrase(std::uint16_t status) {
  switch (status) {
    case 200:
      return "OK";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 404:
      return "Not Found";
    case 410:
      return "Gone";
    case 503:
      return "Service Unavailable";
    default:
      return "";
  }
}

}  // namespace

policy::TemplateValues values_of(const Exchange& x) {
  policy::TemplateValues values;
  values.request_id = {x.id_text.data(), x.id_text.size()};
  values.client_ip = x.client_text;
  if (x.route != nullptr) values.route_name = x.route->name;
  values.host = x.host;
  values.path = x.path;
  values.method = x.method;
  values.query = x.query;
  values.identity = x.identity.get();
  values.match = &x.match;
  return values;
}

Next answer_itself(const Snapshot& snapshot, State&, Exchange& x) {
  const RoutePlan& route = *x.route;
  if (in_maintenance(snapshot, x)) {
    constexpr const char* kWhy = "This is in maintenance: try again after a while.";
    policy::append_retry_after(policy::kMaintenanceRetryAfter, x.answer_lines);
    return refuse(x, {Decider::maintenance, kWhy},
                  {Stage::answer, Verdict::refused, "maintenance", "", ""});
  }
  if (!route.answer) return Next::go_on;
  if (!route.answer->append_lines(values_of(x), x.answer_lines)) {
    constexpr const char* kWhy = "No address can be made of this request to send it to.";
    return refuse(x, {Decider::bad_request, kWhy}, {Stage::answer, Verdict::refused, kWhy, "", ""});
  }
  x.own = {route.answer->status(), phrase(route.answer->status()), "", route.answer->body()};
  x.own_decider = Decider::respond;
  x.trace.add({Stage::answer, Verdict::answered, "the route answers itself", route.name, ""});
  return Next::respond;
}

Next shape_request(const Snapshot&, State&, Exchange& x) {
  const RoutePlan& route = *x.route;
  x.upstream_path = x.path;
  if (route.rewrite) {
    x.rewrite_memory.clear();
    route.rewrite->apply(x.match, x.rewrite_memory);
    x.upstream_path = x.rewrite_memory;
  }
  if (!route.query.empty()) {
    x.upstream_query = route.query.apply(x.query, values_of(x), x.query_memory);
    x.has_upstream_query = !x.upstream_query.empty();
  }
  return Next::go_on;
}

}  // namespace gateway::decision
