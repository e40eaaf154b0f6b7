#pragma once

#include <string_view>

#include "shared/config/model.h"

namespace gateway::decision {

// Whether the gateway answers for itself that it is there (gateway.expose): before the routes,
// which cannot hide it. `path` as received.
inline bool asks_for_health(const config::Gateway& gateway, std::string_view method,
                            std::string_view path) {
  return gateway.expose_health && path == "/health" && (method == "GET" || method == "HEAD");
}

}  // namespace gateway::decision
