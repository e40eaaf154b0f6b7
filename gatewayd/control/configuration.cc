#include <nlohmann/json.hpp>

#include "gatewayd/control/endpoint.h"
#include "gatewayd/control/object_answers.h"
#include "gatewayd/control/object_changes.h"

// Limits and CORS rules, as their files spell them.
namespace gateway::control {
namespace {

constexpr Endpoint kEndpoints[] = {
    {.method = "GET",
     .path = "/api/v1/gateway/config/rate-limits",
     .summary = "List the limits, with the keys that their files give.",
     .reply = {.what = "The limits.", .schema = "RateLimitList"},
     .answer = [](const Call&, Backend& b) { return list_objects(kLimitKind, b); }},
    {.method = "GET",
     .path = "/api/v1/gateway/config/rate-limits/{name}",
     .summary = "Show one limit; its ETag goes with a change.",
     .reply = {.what = "The limit.", .schema = "RateLimit"},
     .answer = [](const Call& call, Backend& b) { return show_object(kLimitKind, call, b); }},
    {.method = "POST",
     .path = "/api/v1/gateway/config/rate-limits",
     .role = Role::admin,
     .changes = true,
     .summary = "Add a limit to the managed file.",
     .body = "RateLimit",
     .max_body = kMaxBody,
     .takes_etag = true,
     .reply = {.status = 201, .what = "The limit.", .schema = "RateLimit"},
     .answer = [](const Call& call, Backend& b) { return add_object(kLimitKind, call, b); }},
    {.method = "PUT",
     .path = "/api/v1/gateway/config/rate-limits/{name}",
     .role = Role::admin,
     .changes = true,
     .summary = "Change a limit of the managed file.",
     .body = "RateLimit",
     .max_body = kMaxBody,
     .takes_etag = true,
     .reply = {.what = "The limit.", .schema = "RateLimit"},
     .answer = [](const Call& call, Backend& b) { return change_object(kLimitKind, call, b); }},
    {.method = "DELETE",
     .path = "/api/v1/gateway/config/rate-limits/{name}",
     .role = Role::admin,
     .changes = true,
     .summary = "Remove a limit from the managed file.",
     .takes_etag = true,
     .reply = {204, "It is gone."},
     .answer = [](const Call& call, Backend& b) { return remove_object(kLimitKind, call, b); }},
    {.method = "GET",
     .path = "/api/v1/gateway/config/cors",
     .summary = "List the sets of CORS rules, with the keys that their files give.",
     .reply = {.what = "The sets.", .schema = "CorsList"},
     .answer = [](const Call&, Backend& b) { return list_objects(kCorsKind, b); }},
    {.method = "PUT",
     .path = "/api/v1/gateway/config/cors",
     .role = Role::admin,
     .changes = true,
     .summary = "Make the sets of CORS rules what the body says: all of them, of which the managed "
                "file gets those that no other file declares.",
     .body = "CorsList",
     .max_body = kMaxBody,
     .takes_etag = true,
     .reply = {.what = "The sets.", .schema = "CorsList"},
     .answer = [](const Call& call, Backend& b) { return replace_objects(kCorsKind, call, b); }},
};

}  // namespace

std::span<const Endpoint> configuration_endpoints() {
  return kEndpoints;
}

}  // namespace gateway::control
