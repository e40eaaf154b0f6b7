#include "shared/base/ascii.h"
#include "shared/decision/steps.h"
#include "shared/policy/forwarded.h"
#include "shared/policy/https_location.h"
#include "shared/routing/path.h"

namespace gateway::decision {
namespace {

// The method that a preflight asks about; empty when the request is none (Fetch §3.2.2).
std::string_view asked_about(const Exchange& x) {
  if (x.method != "OPTIONS" || find_field(*x.fields, FieldId::origin) == nullptr) return {};
  const Field* method = find_field(*x.fields, FieldId::access_control_request_method);
  return method == nullptr ? std::string_view() : method->value;
}

bool take_route(const Snapshot& snapshot, std::string_view method, bool preflight, Exchange& x) {
  x.match = snapshot.router.find(x.host, x.path, method, {x.fields, x.query, preflight});
  if (x.match.kind != routing::RouteMatch::Kind::found) return false;
  x.route = &snapshot.routes[x.match.route];
  return true;
}

}  // namespace

Next identify(const Snapshot& snapshot, State&, Exchange& x) {
  const auto& trusted = snapshot.config.gateway.trusted_proxies;
  x.peer_trusted = !trusted.empty() && contains(trusted, x.peer);
  x.client = x.peer;
  x.client_text = x.peer_text;
  if (snapshot.tracing) {
    x.tracing = policy::start_trace(*snapshot.tracing, *x.fields, x.peer_trusted, x.id);
  }
  if (!x.peer_trusted) return Next::go_on;
  if (const auto given = policy::given_request_id(*x.fields)) set_id(x, *given);
  x.client = policy::client_address(x.peer, trusted, *x.fields);
  if (x.client != x.peer) {
    x.client_memory = to_string(x.client);
    x.client_text = x.client_memory;
  }
  return Next::go_on;
}

Next read_host(const Snapshot&, State&, Exchange& x) {
  std::string_view host = policy::without_port(x.authority);
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  bool lower = true;
  for (const char c : host) lower &= c < 'A' || c > 'Z';
  if (!lower) {
    x.host_memory.assign(host);
    for (char& c : x.host_memory) c = ascii_lower(c);
    host = x.host_memory;
  }
  x.host = host;
  return Next::go_on;
}

Next normalize(const Snapshot&, State&, Exchange& x) {
  const char* why = "";
  x.path = routing::normalize_path(x.raw_path, x.path_memory, why);
  if (x.path.empty()) return refuse(x, Decider::bad_request, why);
  return Next::go_on;
}

Next find_route(const Snapshot& snapshot, State&, Exchange& x) {
  // A preflight is the question of a route that takes the method asked about, though it may not
  // take OPTIONS. It has not the fields of what it asks about: a route with conditions on fields is
  // meant when it names them all, of several such the first. A service that has its own CORS sees
  // its preflights as any other request, which such a route then does not take.
  const std::string_view asked = asked_about(x);
  const bool preflight =
      !asked.empty() && take_route(snapshot, asked, true, x) && x.route->cors != nullptr;
  if (preflight || take_route(snapshot, x.method, false, x)) {
    x.trace.add({Stage::route, Verdict::passed, "", x.route->name, x.path});
    return Next::go_on;
  }
  x.route = nullptr;
  if (x.match.kind == routing::RouteMatch::Kind::method_not_allowed) {
    constexpr const char* kWhy = "The path exists, but not for this method.";
    x.answer_lines.append("Allow: ").append(x.match.allow).append("\r\n");
    return refuse(x, {Decider::method_not_allowed, kWhy},
                  {Stage::route, Verdict::refused, kWhy, "", x.path});
  }
  constexpr const char* kWhy = "No route matches this host and path.";
  return refuse(x, {Decider::no_route, kWhy}, {Stage::route, Verdict::refused, kWhy, "", x.path});
}

}  // namespace gateway::decision
