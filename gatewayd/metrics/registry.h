#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "gatewayd/metrics/figure.h"
#include "gatewayd/metrics/series.h"
#include "shared/decision/snapshot.h"

namespace gateway::metrics {

// Stand in a label where there is no route or service; no name in a config can be one of them.
inline constexpr char kNone[] = "(none)";
inline constexpr char kBuiltin[] = "(builtin)";  // an endpoint of the gateway's own

// Where the requests of one config are counted. Immutable but for the figures.
struct Generation {
  std::vector<Series<RouteFigures>> routes;      // by index of Snapshot::routes, then as below
  std::vector<Series<ServiceFigures>> services;  // by index of config.services, then kNone
  std::vector<Series<RuleFigures>> rules;        // by index of Snapshot::limits
  std::size_t workers = 1;

  const Series<RouteFigures>& no_route() const { return routes[routes.size() - 2]; }
  const Series<RouteFigures>& builtin() const { return routes.back(); }
  const Series<ServiceFigures>& no_service() const { return services.back(); }
};

// The figures of all routes, services and rules, kept by name over reloads: none goes back while
// its name stays. Owned by the daemon; any thread.
class Registry {
 public:
  explicit Registry(std::size_t workers) : workers_(workers) {}

  // For `snapshot`, which is about to be published.
  std::shared_ptr<const Generation> adopt(const decision::Snapshot& snapshot);
  // The latest; null before the first.
  std::shared_ptr<const Generation> current() const;

 private:
  const std::size_t workers_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Generation> current_;
};

}  // namespace gateway::metrics
