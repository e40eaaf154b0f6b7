#include <nlohmann/json.hpp>

#include "gatewayd/control/endpoint.h"
#include "gatewayd/control/object_answers.h"
#include "gatewayd/control/samples.h"

// Limits and CORS rules, as their files spell them.
namespace gateway::control {
namespace {

constexpr Endpoint kEndpoints[] = {
    {.method = "GET",
     .path = "/api/v1/gateway/config/rate-limits",
     .summary = "List the limits, with the keys that their files give.",
     .reply = {200, "The limits.", sample_limits},
     .answer = [](const Call&, Backend& b) { return list_objects(kLimitKind, b); }},
    {.method = "GET",
     .path = "/api/v1/gateway/config/rate-limits/{name}",
     .summary = "Show one limit; its ETag goes with a change.",
     .reply = {200, "The limit.", sample_limit},
     .answer = [](const Call& call, Backend& b) { return show_object(kLimitKind, call, b); }},
    {.method = "GET",
     .path = "/api/v1/gateway/config/cors",
     .summary = "List the sets of CORS rules, with the keys that their files give.",
     .reply = {200, "The sets.", sample_cors},
     .answer = [](const Call&, Backend& b) { return list_objects(kCorsKind, b); }},
};

}  // namespace

std::span<const Endpoint> configuration_endpoints() {
  return kEndpoints;
}

}  // namespace gateway::control
