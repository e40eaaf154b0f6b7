#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shared/config/model.h"
#include "shared/decision/exchange.h"
#include "shared/decision/snapshot.h"
#include "shared/decision/state.h"

namespace gateway::decision {

// What the gateway itself answers on the public listeners, as gateway.expose allows.
enum class Builtin : std::uint8_t {
  none,
  info,             // "/"
  health,           // "/health": that it is there, and nothing else
  health_detailed,  // "/health/detailed"
  health_services,  // "/health/services"
  services,         // "/services"
  metrics,          // "/metrics"
  docs,             // "/docs": the control API as a page to read
  openapi,          // "/openapi.json": the same for programs
};
inline constexpr std::size_t kBuiltins = 9;

// The Content-Security-Policy of the page at /docs: it needs nothing from outside, and gets
// nothing.
inline constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'";

// Which of them a request is for: before the routes, which cannot hide it. `path` as received.
inline Builtin asked_builtin(const config::Gateway& gateway, std::string_view method,
                             std::string_view path) {
  struct Entry {
    std::string_view path;
    Builtin builtin;
    bool config::Gateway::*exposed;
  };
  constexpr std::array kEntries = {
      Entry{"/", Builtin::info, &config::Gateway::expose_info},
      Entry{"/health", Builtin::health, &config::Gateway::expose_health},
      Entry{"/health/detailed", Builtin::health_detailed, &config::Gateway::expose_services},
      Entry{"/health/services", Builtin::health_services, &config::Gateway::expose_services},
      Entry{"/services", Builtin::services, &config::Gateway::expose_services},
      Entry{"/metrics", Builtin::metrics, &config::Gateway::expose_metrics},
      Entry{"/docs", Builtin::docs, &config::Gateway::expose_docs},
      Entry{"/openapi.json", Builtin::openapi, &config::Gateway::expose_docs},
  };
  for (const Entry& entry : kEntries) {
    if (gateway.*entry.exposed && path == entry.path) {
      return method == "GET" || method == "HEAD" ? entry.builtin : Builtin::none;
    }
  }
  return Builtin::none;
}

// Whether who asks may have it: what tells more than that the gateway is there is for the networks
// that security.allow and security.deny let in. Otherwise x.refusal says why not.
bool admit_builtin(const Snapshot& snapshot, State& state, Builtin builtin, Exchange& x);

}  // namespace gateway::decision
