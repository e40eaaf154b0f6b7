#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "gatewayd/control/config_backend.h"
#include "shared/config/control_rules.h"
#include "shared/control/cache_messages.h"
#include "shared/control/health_messages.h"
#include "shared/control/upgrade_message.h"
#include "shared/control/limit_messages.h"
#include "shared/decision/explain.h"
#include "shared/policy/metrics_format.h"
#include "shared/store/audit_log.h"

namespace gateway::control {

// What the daemon gives the control API. Called from the API's threads; must be thread-safe and
// must not wait for a worker's traffic. The JSON bodies are those of shared/control/messages.h.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual nlohmann::json status() const = 0;    // GET /api/v1/gateway/status
  virtual nlohmann::json routes() const = 0;    // GET /api/v1/gateway/routes
  virtual nlohmann::json services() const = 0;  // GET /api/v1/gateway/services
  // POST /api/v1/gateway/reload: waits for the verdict. {"accepted":bool,"revision":N,
  // "message":text,"diagnostics":{…as config::render_json…}}
  virtual nlohmann::json reload(const std::string& by) = 0;
  // POST /api/v1/gateway/upgrade: waits for the verdict.
  virtual UpgradeVerdict upgrade(const std::string& by) = 0;
  // POST /api/v1/gateway/explain: what would become of a request. Sends and charges nothing.
  virtual decision::Explanation explain(decision::ExplainRequest request) const = 0;

  virtual HealthReport health() const = 0;   // GET /api/v1/gateway/health: every service
  virtual BreakerList breakers() const = 0;  // GET /api/v1/gateway/breakers
  // Closes every breaker of a service that is configured; opens its own, or those of all of its
  // instances. `by` is recorded with the change.
  virtual BreakerVerdict reset_breaker(const std::string& service, const std::string& by) = 0;
  virtual BreakerVerdict open_breaker(const std::string& service, const OpenBreaker& wanted,
                                      const std::string& by) = 0;

  // GET /api/v1/gateway/rate-limits
  virtual LimitUsage limit_usage(const LimitSubject& subject) const = 0;
  virtual CacheReport cache() const = 0;  // GET /api/v1/gateway/cache
  // Drops kept answers. `by` is logged with it.
  virtual CachePurged purge_cache(const policy::CachePurge& what, const std::string& by) = 0;

  virtual ConfigBackend& config() = 0;  // the calls below /api/v1/gateway/config
  // Who may call, by the config that serves; never null.
  virtual std::shared_ptr<const config::ControlRules> control_rules() const = 0;

  // Keeps that a call changed something, or was to.
  virtual void record(store::AuditEntry entry) = 0;

  // GET /metrics: the whole exposition.
  virtual std::string metrics(policy::MetricsFormat format) = 0;

  virtual std::string store_path() const = 0;  // database that logs and stats read; may be empty
};

}  // namespace gateway::control
