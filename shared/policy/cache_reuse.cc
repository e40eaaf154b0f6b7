#include "shared/policy/cache_reuse.h"

#include <algorithm>

namespace gateway::policy {
namespace {

using Use = CacheReuse::Use;

const char* clients_objection(const CacheReuse& reuse, const CacheControl& request) {
  if (request.no_cache) return "the client says no-cache";
  if (request.max_age && reuse.age > request.max_age->count()) {
    return "older than the client's max-age";
  }
  if (request.min_fresh && reuse.left < request.min_fresh->count()) {
    return "not fresh for the client's min-fresh";
  }
  return nullptr;
}

}  // namespace

CacheReuse judge_reuse(const CacheTimes& times, const CacheControl& request, std::int64_t now) {
  CacheReuse reuse;
  reuse.age = times.age(now);
  reuse.left = times.lifetime - reuse.age;
  const std::int64_t stale_for = -reuse.left;
  const std::int64_t errors = std::max(
      times.stale_if_error,
      times.never_stale || !request.stale_if_error ? 0 : request.stale_if_error->count());
  reuse.if_error = !times.no_cache && (reuse.left > 0 || stale_for < errors);
  if (times.no_cache) {
    reuse.why = "to be validated before each use";
    return reuse;
  }
  if (const char* why = clients_objection(reuse, request)) {
    reuse.why = why;
    reuse.asked_by_client = true;
    return reuse;
  }
  if (reuse.left > 0) {
    reuse.use = Use::fresh;
    reuse.why = "fresh";
  } else if (!times.never_stale && (request.any_stale || (request.max_stale &&
                                                          stale_for <= request.max_stale->count()))) {
    reuse.use = Use::stale;
    reuse.why = "stale, which the client takes";
  } else if (stale_for < times.stale_while_revalidate) {
    reuse.use = Use::refresh;
    reuse.why = "stale, and validated meanwhile";
  } else {
    reuse.why = "stale";
  }
  return reuse;
}

}  // namespace gateway::policy
