#include <map>
#include <nlohmann/json.hpp>

#include "gatewayd/control/endpoint.h"
#include "gatewayd/control/object_answers.h"
#include "gatewayd/control/object_changes.h"
#include "gatewayd/control/samples.h"
#include "gatewayd/control/service_calls.h"
#include "gatewayd/control/store_answer.h"
#include "shared/control/health_messages.h"
#include "shared/control/messages.h"

// What runs: routes, services, their health, and what they did.
namespace gateway::control {
namespace {

using nlohmann::json;

// What a route matches as it runs; its other keys as its file spells them.
Answer routes(const Call&, Backend& backend) {
  json document = backend.routes();
  const ObjectList list = backend.config().objects(kRouteKind.section);
  std::map<std::string_view, const config::NamedObject*> named;
  for (const config::NamedObject& object : list.objects) named[object.name] = &object;
  for (json& route : document["routes"]) {
    const auto found = named.find(route["name"].get_ref<const std::string&>());
    if (found == named.end()) continue;
    const json spelled = object_document(*found->second);
    for (const auto& [key, value] : spelled.items()) {
      if (!route.contains(key)) route[key] = value;
    }
  }
  Answer answer = json_answer(document);
  answer.fields.emplace_back("ETag", etag_of(list, backend.config()));
  return answer;
}

// What a window came to, and which share of it failed.
Answer stats(const Call& call, Backend& backend) {
  const auto asked = parse_stats_query(call.params, SystemClock().unix_now());
  if (!asked) return problem(400, asked.error().message);
  return from_store(backend, [&](store::Reader& reader) {
    const auto found = reader.stats(*asked);
    if (!found) return problem(503, found.error().message);
    json document = to_document(*found);
    const auto requests = static_cast<double>(found->total.requests);
    document["error_rate"] =
        requests > 0 ? static_cast<double>(found->total.errors) / requests : 0.0;
    return json_answer(document);
  });
}

constexpr Endpoint kEndpoints[] = {
    {.method = "GET",
     .path = kRoutesPath,
     .summary = "List the routes that serve, in the order of the configuration.",
     .reply = {200, "The routes.", sample_routes},
     .answer = routes},
    {.method = "GET",
     .path = "/api/v1/gateway/routes/{name}",
     .summary = "Show one route as its file spells it; its ETag goes with a change.",
     .reply = {.what = "The route.", .schema = "Route"},
     .answer = [](const Call& call, Backend& b) { return show_object(kRouteKind, call, b); }},
    {.method = "POST",
     .path = kRoutesPath,
     .role = Role::admin,
     .changes = true,
     .summary = "Add a route to the managed file.",
     .body = "Route",
     .max_body = kMaxBody,
     .takes_etag = true,
     .reply = {.status = 201, .what = "The route.", .schema = "Route"},
     .answer = [](const Call& call, Backend& b) { return add_object(kRouteKind, call, b); }},
    {.method = "PUT",
     .path = "/api/v1/gateway/routes/{name}",
     .role = Role::admin,
     .changes = true,
     .summary = "Change a route of the managed file.",
     .body = "Route",
     .max_body = kMaxBody,
     .takes_etag = true,
     .reply = {.what = "The route.", .schema = "Route"},
     .answer = [](const Call& call, Backend& b) { return change_object(kRouteKind, call, b); }},
    {.method = "DELETE",
     .path = "/api/v1/gateway/routes/{name}",
     .role = Role::admin,
     .changes = true,
     .summary = "Remove a route from the managed file.",
     .takes_etag = true,
     .reply = {204, "It is gone."},
     .answer = [](const Call& call, Backend& b) { return remove_object(kRouteKind, call, b); }},
    {.method = "GET",
     .path = kHealthPath,
     .summary = "Tell how every service and each of its instances is.",
     .reply = {200, "The services.", sample_health},
     .answer = [](const Call&, Backend& b) { return json_answer(b.health()); }},
    {.method = "GET",
     .path = kServicesPath,
     .summary = "List the services, their instances, and what their names resolve to.",
     .reply = {200, "The services.", sample_services},
     .answer = [](const Call&, Backend& b) { return json_answer(b.services()); }},
    {.method = "POST",
     .path = "/api/v1/gateway/services/{name}/reset",
     .role = Role::operates,
     .changes = true,
     .summary = "Close the breakers of a service.",
     .reply = {200, "The breakers as they are now.", sample_breaker_verdict},
     .answer = reset_breaker},
    {.method = "GET",
     .path = kStatsPath,
     .summary = "Sum up the requests of a window, by route, service, status, client, user or path.",
     .params = stats_param_texts,
     .reply = {200, "The sums.", sample_stats},
     .answer = stats},
};

}  // namespace

std::span<const Endpoint> management_endpoints() {
  return kEndpoints;
}

}  // namespace gateway::control
