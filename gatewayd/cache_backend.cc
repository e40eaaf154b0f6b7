#include <fmt/format.h>

#include "gatewayd/daemon.h"
#include "gatewayd/status.h"

namespace gateway {
namespace {

using metrics::CacheResult;

std::string purge_text(const policy::CachePurge& what) {
  std::string text;
  for (const auto& [name, value] : control::to_params(what)) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
  }
  return text;
}

}  // namespace

control::CacheReport ControlBackend::cache() const {
  control::CacheReport report;
  report.store = daemon_.cache().figures();
  const auto figures = daemon_.figures();
  if (figures == nullptr) return report;
  const auto sum = [&](CacheResult result) {
    std::uint64_t count = 0;
    for (const auto& route : figures->routes) {
      for (std::size_t worker = 0; worker < figures->workers; ++worker) {
        count += route.of_worker(worker).cache[static_cast<std::size_t>(result)].read();
      }
    }
    return count;
  };
  report.hits = sum(CacheResult::hit);
  report.stale_hits = sum(CacheResult::stale);
  report.revalidated = sum(CacheResult::revalidated);
  report.collapsed = sum(CacheResult::collapsed);
  report.misses = sum(CacheResult::miss);
  report.passed = sum(CacheResult::passed);
  return report;
}

control::CachePurged ControlBackend::purge_cache(const policy::CachePurge& what,
                                                 const std::string& by) {
  const control::CachePurged purged{daemon_.cache().purge(what)};
  daemon_.note(
      fmt::format("cache: {} purged {}: {} answers dropped", by, purge_text(what), purged.dropped));
  return purged;
}

}  // namespace gateway
