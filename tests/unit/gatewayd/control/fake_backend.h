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
class FakeBackend final : public Backend {
 public:
  nlohmann::json status() const override {
    GatewayStatus status;
    status.version = "1.2.3";
    status.revision = 41;
    status.services = {{"caf\xff", "unknown", {}, 1, 1, 0, {}, {}, 0}};
    return status;
  }
  nlohmann::json routes() const override { return RouteList{}; }
  nlohmann::json services() const override { throw std::runtime_error("the resolver is gone"); }
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
  std::string store_path() const override { return path; }

  std::string reloaded_by() const {
    const std::lock_guard lock(mutex_);
    return reloaded_by_;
  }

  std::string path;

 private:
  mutable std::mutex mutex_;
  std::string reloaded_by_;
};

}  // namespace gateway::control
