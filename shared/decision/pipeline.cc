#include "shared/decision/pipeline.h"

#include <array>

#include "shared/base/ascii.h"
#include "shared/policy/forwarded.h"
#include "shared/routing/path.h"

namespace gateway::decision {
namespace {

using Refusal = std::optional<Error>;

Refusal identify(const Snapshot& snapshot, Exchange& x) {
  const auto& trusted = snapshot.config.gateway.trusted_proxies;
  x.peer_trusted = !trusted.empty() && contains(trusted, x.peer);
  x.client_text = x.peer_text;
  if (!x.peer_trusted) return std::nullopt;
  if (const auto given = policy::given_request_id(*x.fields)) set_id(x, *given);
  const IpAddress client = policy::client_address(x.peer, trusted, *x.fields);
  if (client != x.peer) {
    x.client_memory = to_string(client);
    x.client_text = x.client_memory;
  }
  return std::nullopt;
}

std::string_view without_port(std::string_view authority) {
  if (!authority.empty() && authority.front() == '[') {
    return authority.substr(0, authority.find(']') + 1);
  }
  return authority.substr(0, authority.find(':'));
}

Refusal read_host(const Snapshot&, Exchange& x) {
  std::string_view host = without_port(x.authority);
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  bool lower = true;
  for (const char c : host) lower &= c < 'A' || c > 'Z';
  if (!lower) {
    x.host_memory.assign(host);
    for (char& c : x.host_memory) c = ascii_lower(c);
    host = x.host_memory;
  }
  x.host = host;
  return std::nullopt;
}

Refusal normalize(const Snapshot&, Exchange& x) {
  const char* why = "";
  x.path = routing::normalize_path(x.raw_path, x.path_memory, why);
  if (x.path.empty()) return Error{Decider::bad_request, why};
  return std::nullopt;
}

Refusal find_route(const Snapshot& snapshot, Exchange& x) {
  using Kind = routing::RouteMatch::Kind;
  x.match = snapshot.router.find(x.host, x.path, x.method);
  switch (x.match.kind) {
    case Kind::found:
      x.route = &snapshot.routes[x.match.route];
      return std::nullopt;
    case Kind::method_not_allowed:
      return Error{Decider::method_not_allowed, "The path exists, but not for this method."};
    case Kind::no_route:
      break;
  }
  return Error{Decider::no_route, "No route matches this host and path."};
}

Refusal bound_body(const Snapshot& snapshot, Exchange& x) {
  if (x.content_length <= snapshot.config.gateway.max_body_size) return std::nullopt;
  return Error{Decider::body_too_large, "The request body is larger than this gateway takes."};
}

Refusal rewrite(const Snapshot&, Exchange& x) {
  x.upstream_path = x.path;
  if (!x.route->rewrite) return std::nullopt;
  x.rewrite_memory.clear();
  x.route->rewrite->apply(x.match, x.rewrite_memory);
  x.upstream_path = x.rewrite_memory;
  return std::nullopt;
}

using Policy = Refusal (*)(const Snapshot&, Exchange&);

constexpr std::array<Policy, 6> kPolicies = {
    identify,    // who asks: an id and an address for whatever is logged below
    read_host,   // routes are chosen by host and path
    normalize,   // one form of the path for routing, rewriting and the upstream
    find_route,  // everything below depends on the route
    bound_body,  // cheaper than anything that reads the body
    rewrite,     // last, as it only shapes what is sent
};

}  // namespace

std::optional<Error> decide(const Snapshot& snapshot, const Uuid& fresh, Exchange& exchange) {
  set_id(exchange, fresh);
  exchange.route = nullptr;
  exchange.path = exchange.upstream_path = exchange.host = {};
  for (const Policy policy : kPolicies) {
    if (Refusal refusal = policy(snapshot, exchange)) return refusal;
  }
  return std::nullopt;
}

}  // namespace gateway::decision
