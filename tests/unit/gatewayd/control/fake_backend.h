#pragma once

#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "gatewayd/control/backend.h"
#include "shared/control/messages.h"

namespace gateway::control {

// A daemon that says the same every time and remembers who asked for a reload.
class FakeBackend final : public Backend, public ConfigBackend {
 public:
  ConfigBackend& config() override { return *this; }
  Result<ConfigDiff, Refusal> diff(const ConfigSource& source) override {
    ConfigDiff diff;
    diff.from = "running (revision 41)";
    diff.to = source.name;
    diff.valid = true;
    diff.changes = {
        {config::ChangeKind::added, "routes.new", "", "", "", config::Effect::live, ""}};
    return diff;
  }
  Result<ConfigDiff, Refusal> drift() override { return Refusal{409, "it cannot be read"}; }
  Result<ApplyVerdict, Refusal> apply(const ApplyRequest& request, const std::string& by) override {
    const std::lock_guard lock(mutex_);
    asked_ = "apply " + request.source.name + " by " + by + ": " + request.message;
    ApplyVerdict verdict;
    verdict.reload.accepted = true;
    verdict.reload.revision = 42;
    return verdict;
  }
  Result<ConfirmVerdict, Refusal> confirm(const std::string& by) override {
    const std::lock_guard lock(mutex_);
    asked_ = "confirm by " + by;
    return ConfirmVerdict{42};
  }
  Result<ConfigHistoryList, Refusal> history(std::size_t limit, std::int64_t before) override {
    ConfigHistoryList list{41, {}};
    for (std::size_t i = 0; i < limit && i < 3; ++i) {
      store::ConfigChange change;
      change.id = before > 0 ? before - 1 - static_cast<std::int64_t>(i) : 3 - static_cast<int>(i);
      list.changes.push_back(change);
    }
    return list;
  }
  Result<ConfigRevision, Refusal> revision(std::uint32_t number, std::int64_t) override {
    if (number != 41) return Refusal{404, "the history has no such revision"};
    ConfigRevision revision;
    revision.change.revision = 41;
    revision.files = {{"gatewayd.toml", "version = 1\n"}};
    return revision;
  }

  ObjectList objects(std::string_view section) const override {
    ObjectList list{41, {}};
    if (section != "limits") return list;
    config::TomlNode limit;
    config::TomlEntry window{"window", {}, {}};
    window.node.kind = config::TomlNode::Kind::text;
    window.node.text = "1h";
    limit.entries.push_back(window);
    list.objects.push_back({"per_user", limit, "conf.d/limits.toml", 3});
    return list;
  }
  Result<EditVerdict, Refusal> edit(const ObjectEdit& edit, const std::string& by) override {
    const std::lock_guard lock(mutex_);
    asked_ = edit.what + " by " + by;
    return EditVerdict{42};
  }
  std::string fingerprint(std::string_view text) const override {
    return std::to_string(std::hash<std::string_view>()(text));
  }
  LimitUsage limit_usage(const LimitSubject&) const override { return {}; }
  std::shared_ptr<const config::ControlRules> control_rules() const override { return rules; }
  CacheReport cache() const override {
    CacheReport report;
    report.store.entries = 7;
    return report;
  }
  CachePurged purge_cache(const policy::CachePurge& what, const std::string& by) override {
    const std::lock_guard lock(mutex_);
    asked_ = "purge " + what.path + what.tag + " by " + by;
    return {3};
  }

  nlohmann::json status() const override {
    GatewayStatus status;
    status.version = "1.2.3";
    status.revision = 41;
    status.services = {{"caf\xff", "unknown", {}, 1, 1, 0, {}, {}, 0}};
    return status;
  }
  nlohmann::json routes() const override { return RouteList{}; }
  nlohmann::json services() const override { throw std::runtime_error("the resolver is gone"); }
  UpgradeVerdict upgrade(const std::string& by) override {
    const std::lock_guard lock(mutex_);
    asked_ = "upgrade by " + by;
    return {.accepted = true, .process = 42, .version = "1.2.4"};
  }
  nlohmann::json reload(const std::string& by) override {
    const std::lock_guard lock(mutex_);
    reloaded_by_ = by;
    ReloadVerdict verdict;
    verdict.accepted = true;
    verdict.revision = 42;
    return verdict;
  }
  decision::Explanation explain(decision::ExplainRequest request) const override {
    decision::Explanation explanation;
    explanation.method = request.method;
    explanation.target = request.path;
    return explanation;
  }
  HealthReport health() const override {
    ServiceHealth samples{"samples", HealthState::degraded, true, {}};
    samples.peers = {{"http://a:8081", "10.0.2.11:8081", HealthState::healthy, 0, "", {}, 3'100},
                     {"http://b:8081",
                      "10.0.2.12:8081",
                      HealthState::unhealthy,
                      1'000'000,
                      "3 checks failed, last: connect refused",
                      2'000'000,
                      {}}};
    return {{samples, {"a/b ?", HealthState::unknown, false, {}}}};
  }
  void record(store::AuditEntry entry) override {
    const std::lock_guard lock(mutex_);
    recorded_ = std::move(entry);
  }
  std::string metrics(policy::MetricsFormat format) override {
    return format == policy::MetricsFormat::openmetrics ? "# EOF\n" : "up 1\n";
  }
  BreakerList breakers() const override {
    return {
        {{"samples", "", BreakerState::open, 1'000'000, 61'000'000, "5 failures in a row", ""}}};
  }
  BreakerVerdict reset_breaker(const std::string& service, const std::string& by) override {
    const std::lock_guard lock(mutex_);
    asked_ = "reset " + service + " by " + by;
    if (service != "samples") return {false, "this service has no breaker", {}};
    return {true, "", {{"samples", "", BreakerState::closed, 0, {}, "", ""}}};
  }
  BreakerVerdict open_breaker(const std::string& service, const OpenBreaker& wanted,
                              const std::string& by) override {
    const std::lock_guard lock(mutex_);
    asked_ = "open " + service + " for " + std::to_string(wanted.open_for.count()) + " ms by " +
             by + ": " + wanted.reason;
    return {true, "", {{service, "", BreakerState::open, 0, 1, wanted.reason, by}}};
  }
  std::string store_path() const override { return path; }

  std::string asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  store::AuditEntry recorded() const {
    const std::lock_guard lock(mutex_);
    return recorded_;
  }

  std::string reloaded_by() const {
    const std::lock_guard lock(mutex_);
    return reloaded_by_;
  }

  std::string path;
  std::shared_ptr<config::ControlRules> rules = std::make_shared<config::ControlRules>();

 private:
  mutable std::mutex mutex_;
  std::string reloaded_by_;
  std::string asked_;
  store::AuditEntry recorded_;
};

}  // namespace gateway::control
