#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/journal/journal.h"
#include "gatewayd/proxy/fleet.h"
#include "gatewayd/proxy/fleet_log.h"
#include "gatewayd/proxy/health_prober.h"
#include "shared/control/health_messages.h"

namespace gateway {

// The states of services and their instances: checks them, keeps their history, and answers the
// operator. Owned by the daemon, outlives every config. Any thread.
class FleetState final : public proxy::FleetLog {
 public:
  explicit FleetState(journal::DaemonLog& log) : log_(log) {}
  ~FleetState() override { stop(); }

  // `journal`: keeps the history, and has the breakers that the last run left open; null: nothing
  // is kept. Before the first adopt().
  void start(journal::Journal* journal);
  // Ends the checks and keeps what is open; nothing is told to the journal afterwards.
  void stop();

  proxy::Fleet& fleet() { return fleet_; }
  // From now on `fleet` is what is checked and asked about; `config` is what it was made of.
  void adopt(std::shared_ptr<const proxy::FleetView> fleet, const config::Config& config);
  // Hands the breakers that are not closed to the journal.
  void save();
  // Notices rests that are over.
  void settle();

  control::HealthReport health() const;
  control::BreakerList breakers() const;
  control::BreakerVerdict reset_breaker(const std::string& service, const std::string& by);
  control::BreakerVerdict open_breaker(const std::string& service,
                                       const control::OpenBreaker& wanted, const std::string& by);

  void health_changed(const proxy::PeerState& peer, const policy::HealthChange& change) override;
  void breaker_changed(const proxy::ServiceState& service, const proxy::PeerState* peer,
                       const policy::BreakerChange& change) override;
  void tls_failed(const std::string& instance, const std::string& why) override;

 private:
  // What is known of a peer beside its state.
  struct ByHand {
    std::string by;      // empty: nobody's hand
    std::string reason;  // as it was given
  };
  struct Facts {
    UnixMicros since = 0;
    std::string reason;
    std::optional<UnixMicros> checked_at;
    std::optional<std::uint32_t> latency_us;
  };
  // A breaker that is in use, and whose it is.
  struct Breaker {
    std::string service;
    std::string instance;  // empty: the service's
    policy::Breaker* breaker;
    const proxy::ServiceState* of_service;
    const proxy::PeerState* of_peer;  // null: the service's
  };
  struct Checked {
    std::shared_ptr<proxy::PeerState> peer;
    policy::HealthRules rules;
  };

  void checked(const std::string& key, const proxy::HealthResult& result);
  void restore_breakers();
  std::vector<Breaker> used_breakers() const;
  std::vector<Breaker> breakers_of(const std::string& service) const;
  control::BreakerInfo describe(const Breaker& breaker) const;
  control::BreakerVerdict verdict_on(const std::string& service) const;
  void log_breaker(const std::string& what, const std::vector<Uuid>& failed);
  void record(const proxy::ServiceState& service, const proxy::PeerState* peer,
              const policy::BreakerChange& change, const std::string& reason,
              const std::string& by);

  journal::DaemonLog& log_;
  proxy::Fleet fleet_;
  std::atomic<journal::Journal*> journal_ = nullptr;
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const proxy::FleetView> view_;
  std::vector<config::UpstreamPolicies> policies_;  // by service of the view
  std::map<std::string, Checked> checked_;          // by the prober's keys
  std::map<std::string, Facts> facts_;              // by the same
  std::map<std::string, ByHand> opened_by_;         // by service and instance
  bool restored_ = false;
  std::unique_ptr<proxy::HealthProber> prober_;
};

}  // namespace gateway
