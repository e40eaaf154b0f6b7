#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace gateway::metrics {

// Idle connections of one pool: one worker changes it, any thread reads it.
struct PoolGauge {
  explicit PoolGauge(std::string its_url) : url(std::move(its_url)) {}
  const std::string url;  // of the instance
  std::atomic<std::uint32_t> idle = 0;
};

// The gauges of the pools of all workers. Owned by the daemon; any thread.
class PoolGauges {
 public:
  std::shared_ptr<PoolGauge> make(const std::string& url) {
    auto gauge = std::make_shared<PoolGauge>(url);
    const std::lock_guard lock(mutex_);
    std::erase_if(gauges_, [](const auto& known) { return known.expired(); });
    gauges_.push_back(gauge);
    return gauge;
  }

  // By the instance's url.
  std::map<std::string, std::uint64_t> idle() const {
    std::map<std::string, std::uint64_t> sums;
    const std::lock_guard lock(mutex_);
    for (const auto& known : gauges_) {
      const auto gauge = known.lock();
      if (gauge != nullptr) sums[gauge->url] += gauge->idle.load(std::memory_order_relaxed);
    }
    return sums;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<PoolGauge>> gauges_;
};

}  // namespace gateway::metrics
