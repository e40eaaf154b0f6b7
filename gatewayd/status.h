#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gatewayd/config_state.h"
#include "gatewayd/control/backend.h"
#include "shared/config/model.h"
#include "shared/control/messages.h"

namespace gateway {

class Daemon;

// What the control API shows of a running daemon, and the reload it may ask for.
class ControlBackend final : public control::Backend {
 public:
  explicit ControlBackend(Daemon& daemon) : daemon_(daemon) {}

  nlohmann::json status() const override;
  nlohmann::json routes() const override;
  nlohmann::json services() const override;
  nlohmann::json reload(const std::string& by) override;
  control::UpgradeVerdict upgrade(const std::string& by) override;
  decision::Explanation explain(decision::ExplainRequest request) const override;
  control::HealthReport health() const override;
  control::BreakerList breakers() const override;
  control::BreakerVerdict reset_breaker(const std::string& service, const std::string& by) override;
  control::BreakerVerdict open_breaker(const std::string& service,
                                       const control::OpenBreaker& wanted,
                                       const std::string& by) override;
  control::LimitUsage limit_usage(const control::LimitSubject& subject) const override;
  control::CacheReport cache() const override;
  control::CachePurged purge_cache(const policy::CachePurge& what, const std::string& by) override;
  control::ConfigBackend& config() override;
  std::shared_ptr<const config::ControlRules> control_rules() const override;
  void record(store::AuditEntry entry) override;
  std::string metrics(policy::MetricsFormat format) override;
  std::string store_path() const override;

 private:
  void add_health(control::GatewayStatus& status) const;

  Daemon& daemon_;
  mutable std::mutex mutex_;                         // guards what follows
  mutable std::shared_ptr<const Applied> rules_of_;  // read from this configuration
  mutable std::shared_ptr<const config::ControlRules> rules_;
};

// Keys that differ between the two and that a running daemon cannot change.
std::vector<std::string> restart_only(const config::Config& before, const config::Config& after);

}  // namespace gateway
