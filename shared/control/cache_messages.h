#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "shared/control/queries.h"
#include "shared/policy/cache_store.h"

namespace gateway::control {

inline constexpr char kCachePath[] = "/api/v1/gateway/cache";
inline constexpr char kCachePurgePath[] = "/api/v1/gateway/cache/purge";

// GET /api/v1/gateway/cache: what the cache holds and has counted since the start.
struct CacheReport {
  policy::CacheFigures store;
  // Requests by what became of them, over all routes.
  std::uint64_t hits = 0;
  std::uint64_t stale_hits = 0;   // sent although stale, one way or another
  std::uint64_t revalidated = 0;  // the service said that the kept answer still holds
  std::uint64_t collapsed = 0;    // answered by what another request had fetched
  std::uint64_t misses = 0;
  std::uint64_t passed = 0;  // none that a kept answer is for
};

// POST /api/v1/gateway/cache/purge, with host, path, prefix and tag as parameters, or all=true.
struct CachePurged {
  std::uint64_t dropped = 0;
};

Params to_params(const policy::CachePurge& what);
// One of them must be said: nothing is purged by mistake.
Result<policy::CachePurge, ParamError> parse_cache_purge(const Params& params);

void to_json(nlohmann::json& json, const CacheReport& report);
void to_json(nlohmann::json& json, const CachePurged& purged);
void from_json(const nlohmann::json& json, CacheReport& report);
void from_json(const nlohmann::json& json, CachePurged& purged);

}  // namespace gateway::control
