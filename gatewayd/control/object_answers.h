#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"

namespace gateway::control {

// What the author of a config gave a name, one kind of it: a section of the files, and the words of
// the API for it.
struct ObjectKind {
  std::string_view section;  // "limits"
  std::string_view list;     // "rate_limits": the member of a document that holds them all
  std::string_view noun;     // "limit"
  std::string_view path;     // "/api/v1/gateway/config/rate-limits"
};
inline constexpr ObjectKind kRouteKind{"routes", "routes", "route", "/api/v1/gateway/routes"};
inline constexpr ObjectKind kLimitKind{"limits", "rate_limits", "limit",
                                       "/api/v1/gateway/config/rate-limits"};
inline constexpr ObjectKind kCorsKind{"cors", "cors", "set of CORS rules",
                                      "/api/v1/gateway/config/cors"};

// The config's own keys, the name, and where it is declared. Secrets are hidden.
nlohmann::json object_document(const config::NamedObject& object);

// Changes whenever the object does: a strong ETag (RFC 9110 §8.8.3).
std::string etag_of(const config::NamedObject& object, const ConfigBackend& config);
std::string etag_of(const ObjectList& list, const ConfigBackend& config);

// Whether If-Match lets a change of what has this ETag pass (RFC 9110 §13.1.1). Empty: there is no
// such field.
bool matches_etag(std::string_view if_match, std::string_view etag);

// GET of all of them, and of the one that is the call's name; with an ETag.
Answer list_objects(const ObjectKind& kind, Backend& backend);
Answer show_object(const ObjectKind& kind, const Call& call, Backend& backend);

}  // namespace gateway::control
