#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gatewayd/acme/renewal.h"
#include "gatewayd/carried_over.h"
#include "gatewayd/certificates.h"
#include "gatewayd/config_changes.h"
#include "gatewayd/config_state.h"
#include "gatewayd/control/server.h"
#include "gatewayd/fleet_state.h"
#include "gatewayd/handover.h"
#include "gatewayd/journal/access_log.h"
#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/journal/journal.h"
#include "gatewayd/limit_state.h"
#include "gatewayd/listeners.h"
#include "gatewayd/load_meter.h"
#include "gatewayd/metrics/pool_gauges.h"
#include "gatewayd/metrics/registry.h"
#include "gatewayd/names.h"
#include "gatewayd/net/ticket_keys.h"
#include "gatewayd/pages.h"
#include "gatewayd/proxy/off_loop.h"
#include "gatewayd/take_over.h"
#include "gatewayd/tracing/exporter.h"
#include "gatewayd/upgrade.h"
#include "gatewayd/watchdog.h"
#include "gatewayd/worker.h"
#include "shared/config/load.h"
#include "shared/control/messages.h"
#include "shared/control/upgrade_message.h"
#include "shared/decision/key_files.h"
#include "shared/policy/cache_store.h"

namespace gateway {

class ControlBackend;

// Exit statuses (sysexits.h where it has one).
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitConfig = 78;

// The running gateway: workers, journal, control API, signals. Built and run by main's thread; what
// the control API asks for comes from its threads.
class Daemon {
 public:
  Daemon(std::string config_path, journal::DaemonLog& log);
  ~Daemon();

  // Serves until SIGTERM or SIGINT; returns the process's exit status. The signals it waits for
  // must be blocked already, in all threads.
  // `keys`: what the config's key files hold. take_over: in the place of the gatewayd that answers
  // beside the config's control socket.
  enum class Start : std::uint8_t { alone, take_over };
  int run(config::Config config, decision::KeyFiles keys, Start how);

  // Reads the files again and, when they are right, has every worker serve them; what served before
  // stays otherwise. Any thread; one at a time.
  // `steps`: what is done around it, under the same lock.
  control::ReloadVerdict reload(const std::string& by, ReloadSteps* steps = nullptr);
  // Has the installed program take this one's place; waits until it serves or has failed. Any
  // thread.
  control::UpgradeVerdict upgrade(const std::string& by);
  // Does `work` while nothing reloads. Any thread.
  void between_reloads(const std::function<void()>& work);

  // What serves now. Any thread.
  std::shared_ptr<const Applied> applied() const;

  journal::DaemonLog& log() const { return log_; }
  const Listeners& listeners() const { return listeners_; }
  const Certificates& certificates() const { return certificates_; }
  FleetState& fleet() { return fleet_; }
  ConfigChanges& changes() { return changes_; }
  const FleetState& fleet() const { return fleet_; }
  Pages& pages() { return pages_; }
  const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }
  // Counters of limits; while it runs.
  policy::LimitTable& limit_table() const { return limits_->table(); }
  void note(std::string_view what) { log_.info(std::string(what)); }  // in the daemon's log
  // Kept answers; while it runs.
  policy::CacheStore& cache() const { return *cache_; }
  journal::Journal* request_log() const { return journal_.get(); }
  std::uint32_t open_connections() const { return open_.load(std::memory_order_relaxed); }
  std::uint32_t open_tunnels() const { return tunnels_.load(std::memory_order_relaxed); }
  UnixMicros started_at() const { return started_at_; }
  // What requests are counted in; null before the first config serves.
  std::shared_ptr<const metrics::Generation> figures() const {
    return registry_ != nullptr ? registry_->current() : nullptr;
  }
  const CarriedOver<tracing::Exporter>& spans() const { return spans_; }
  const CarriedOver<journal::AccessLog>& access_log() const { return access_log_; }
  const journal::DaemonLog& own_log() const { return log_; }
  const metrics::PoolGauges& pool_gauges() const { return pool_gauges_; }
  std::uint64_t reloads_accepted() const { return reloads_accepted_.load(); }
  std::uint64_t reloads_rejected() const { return reloads_rejected_.load(); }

 private:
  void publish(Applied next);
  int start(config::Config config, decision::KeyFiles keys);
  void serve_signals();
  void wake();  // the main thread, to look again; any thread
  bool close_left_listeners();
  void reopen_logs();
  Result<std::unique_ptr<journal::AccessLog>, journal::LogError> open_access_log(
      const config::Config& config);
  void watch_store();
  std::string change_config(const std::string& by, std::optional<CheckedConfig> written,
                            control::ReloadVerdict& verdict, ReadConfig& read);
  control::Receipt receipt(const Applied& before, const Applied& now,
                           const std::vector<std::string>& left_listeners);
  void follow_settings(const config::Config& config);
  void refresh_addresses();
  void fetch_keys();
  void adopt_certificates(const config::Config& config, const decision::KeyFiles& keys,
                          std::vector<PresentedCertificate> presented);
  void renew_doors();
  void tick();
  void shut_down();

  // Taking another's place, and leaving one's own: succession.cc.
  bool ask_predecessor(const std::string& control_socket);
  int inherit_store_lock(const std::string& path);
  bool start_control(const std::string& socket, ControlBackend& backend, bool beside);
  bool take_place();
  void stop_control();
  Result<Offer, std::string> offer();
  void agree(pid_t successor);
  void withdraw(const std::string& why);
  // To start: logged, and told to the one before.
  void fail(const std::string& why, journal::Category about = journal::Category::system);
  void go(std::vector<std::string> taken, pid_t successor);
  bool is_gone() const { return is_gone_.load(); }

  void raise_descriptor_limit(const config::Gateway& gateway);

  const std::string config_path_;
  journal::DaemonLog& log_;
  const UnixMicros started_at_;
  std::atomic<std::uint32_t> open_ = 0;
  std::atomic<std::uint32_t> tunnels_ = 0;
  std::unique_ptr<journal::Journal> journal_;
  policy::Sha256 password_key_{};
  std::unique_ptr<proxy::OffLoop> off_loop_;
  std::unique_ptr<LimitState> limits_;
  std::unique_ptr<policy::CacheStore> cache_;
  std::unique_ptr<metrics::Registry> registry_;
  metrics::PoolGauges pool_gauges_;
  CarriedOver<tracing::Exporter> spans_;
  CarriedOver<journal::AccessLog> access_log_;
  Pages pages_{*this};
  std::atomic<std::uint64_t> reloads_accepted_ = 0;
  std::atomic<std::uint64_t> reloads_rejected_ = 0;
  FleetState fleet_;
  LoadMeter load_meter_;
  Upgrade upgrade_;
  std::atomic<bool> keys_changed_ = false;
  int ticks_ = 0;
  bool store_suspended_ = false;  // as the log was told last
  Names names_;
  ConfigChanges changes_;
  std::shared_ptr<net::TicketKeys> ticket_keys_;
  Certificates certificates_{log_};
  acme::Renewal acme_{log_};
  decision::KeyFiles door_keys_;  // what the doors of the config that serves are made of
  std::vector<std::unique_ptr<Worker>> workers_;
  Watchdog watchdog_{workers_, log_};
  Listeners listeners_;
  std::unique_ptr<TakeOver> predecessor_;  // until this one has taken its place
  std::unique_ptr<control::Server> control_;
  std::unique_ptr<HandOver> hand_over_;
  bool is_owner_ = false;              // of what the database keeps of limits; main's thread
  bool is_offered_ = false;            // to a successor, so nothing may change; reload_mutex_
  std::atomic<bool> is_gone_ = false;  // a successor serves
  std::mutex reload_mutex_;            // one reload, or offer, at a time
  mutable std::mutex state_mutex_;     // guards applied_
  std::shared_ptr<const Applied> applied_;
};

}  // namespace gateway
