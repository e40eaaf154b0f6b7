#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gatewayd/config_state.h"
#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/journal/journal.h"
#include "gatewayd/limit_state.h"
#include "gatewayd/load_meter.h"
#include "gatewayd/proxy/off_loop.h"
#include "gatewayd/worker.h"
#include "shared/config/load.h"
#include "shared/control/messages.h"
#include "shared/decision/key_files.h"

namespace gateway {

// Exit statuses (sysexits.h where it has one).
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitConfig = 78;

journal::Level log_level(const config::Log& settings);
journal::Format log_format(const config::Log& settings);

// The running gateway: workers, journal, control API, signals. Built and run by main's thread; what
// the control API asks for comes from its threads.
class Daemon {
 public:
  Daemon(std::string config_path, journal::DaemonLog& log);
  ~Daemon();

  // Serves until SIGTERM or SIGINT; returns the process's exit status. The signals it waits for
  // must be blocked already, in all threads.
  // `keys`: what the config's key files hold.
  int run(config::Config config, decision::KeyFiles keys);

  // Reads the files again and, when they are right, has every worker serve them; what served before
  // stays otherwise. Any thread; one at a time.
  control::ReloadVerdict reload(const std::string& by);

  // What serves now. Any thread.
  std::shared_ptr<const Applied> applied() const;

  std::vector<control::ListenerState> listeners() const;
  const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }
  // Counters of limits; while it runs.
  policy::LimitTable& limit_table() const { return limits_->table(); }
  journal::Journal* request_log() const { return journal_.get(); }
  std::uint32_t open_connections() const { return open_.load(std::memory_order_relaxed); }
  UnixMicros started_at() const { return started_at_; }

 private:
  struct Listening {
    std::string asked;  // "address:port" of the config
    net::Endpoint bound;
  };
  using Sockets = std::vector<std::unique_ptr<net::Listener>>;  // one a worker
  struct NewListener {
    std::string name;
    Listening listening;
    Sockets sockets;
  };

  // Opens what `config` has and is not open yet; an error leaves everything as it was.
  Result<std::vector<NewListener>, std::string> open_listeners(const config::Config& config) const;
  void take_listeners(const config::Config& config, std::vector<NewListener> opened);
  void publish(Applied next);
  int start(config::Config config, decision::KeyFiles keys);
  void serve_signals();
  void reopen_log();
  void follow_log_settings(const config::Log& settings);
  void refresh_addresses();
  void fetch_keys();
  void tick();
  void shut_down();
  void raise_descriptor_limit(const config::Gateway& gateway);

  const std::string config_path_;
  journal::DaemonLog& log_;
  const UnixMicros started_at_;
  std::atomic<std::uint32_t> open_ = 0;
  std::unique_ptr<journal::Journal> journal_;
  policy::Sha256 password_key_{};
  std::unique_ptr<proxy::OffLoop> off_loop_;
  std::unique_ptr<LimitState> limits_;
  LoadMeter load_meter_;
  std::atomic<bool> keys_changed_ = false;
  int ticks_ = 0;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex reload_mutex_;         // one reload at a time
  mutable std::mutex state_mutex_;  // guards the two below
  std::shared_ptr<const Applied> applied_;
  std::map<std::string, Listening> listening_;
};

}  // namespace gateway
