#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/loop.h"
#include "gatewayd/proxy/health_check.h"

namespace gateway::proxy {

// Checks peers again and again, on one thread of its own. Each has its interval, give or take a
// tenth, counted from the start of its last check; new ones begin one by one. At most kMostAtOnce
// checks run; what is due beyond waits its turn. Owned by the daemon.
class HealthProber {
 public:
  static constexpr std::size_t kMostAtOnce = 256;
  // New targets begin this far apart, all within their first interval.
  static constexpr milliseconds kStartGap{3};

  struct Target {
    std::string key;  // what results are told under; one target each
    net::Endpoint endpoint;
    std::string authority;                     // its Host field: "10.0.2.11:8081"
    std::shared_ptr<net::TlsPeer> tls;         // null: plain
    std::shared_ptr<const HealthCheck> check;  // shared by a service's peers; not null
  };
  // Called on the prober's thread; must not block. Not for checks that say nothing.
  using Report = std::function<void(const std::string& key, const HealthResult& result)>;

  explicit HealthProber(Report report);
  ~HealthProber();  // breaks off what runs, then ends the thread
  HealthProber(const HealthProber&) = delete;
  HealthProber& operator=(const HealthProber&) = delete;

  // Replaces the set. A target that is the same as before keeps its time and its running check; one
  // that went is not reported again, once this has taken effect. Any thread; does not wait.
  void set_targets(std::vector<Target> targets);

 private:
  class Probe;

  void replace(std::vector<Target> targets);
  void drop(Probe& probe);
  void due(Probe& probe);
  void start_waiting();
  net::Detached run(std::shared_ptr<Probe> probe);
  void finish(Probe& probe, const HealthResult& result);
  milliseconds jittered(milliseconds every);

  const Report report_;
  net::Loop loop_;
  net::BufferPool buffers_;

  // The thread's own.
  std::unordered_map<std::string, std::shared_ptr<Probe>> probes_;
  std::unordered_set<std::shared_ptr<Probe>> running_;
  std::deque<std::weak_ptr<Probe>> waiting_;
  bool starting_ = false;
  bool ending_ = false;
  std::minstd_rand chance_{std::random_device{}()};

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace gateway::proxy
