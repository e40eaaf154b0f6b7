#include "gatewayd/daemon.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "gatewayd/control/server.h"
#include "gatewayd/notify.h"
#include "gatewayd/status.h"
#include "shared/decision/load.h"

namespace gateway {
namespace {

// Beside client connections: one upstream connection for each, and the daemon's own files.
constexpr rlim_t kOwnDescriptors = 128;
// What is done beside traffic, in seconds. A name that did not resolve, or moved, is looked up
// again; of the counters of limits, a crash loses what was counted since they were saved.
constexpr auto kTick = 1s;
constexpr int kResolveEvery = 30;
constexpr int kSaveLimitsEvery = 10;

std::uint32_t worker_count(const config::Gateway& gateway) {
  if (gateway.workers > 0) return gateway.workers;
  return std::max(1u, std::thread::hardware_concurrency());
}

sigset_t waited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGUSR1}) sigaddset(&set, signal);
  return set;
}

// The next signal, or 0 after `patience`.
int wait_signal(milliseconds patience) {
  const sigset_t set = waited_signals();
  const timespec time{patience.count() / 1000, patience.count() % 1000 * 1'000'000};
  return std::max(0, ::sigtimedwait(&set, nullptr, &time));
}

// Query parameters that no log may show: what the config says, and the one that may hold a key.
std::vector<std::string> masked_parameters(const config::Config& config) {
  std::vector<std::string> names = config.log.redact;
  if (config.auth.api_key && !config.auth.api_key->query.empty()) {
    names.push_back(config.auth.api_key->query);
  }
  return names;
}

std::string asked_address(const config::Listener& listener) {
  return fmt::format("{}:{}", listener.host, listener.port);
}

}  // namespace

journal::Level log_level(const config::Log& settings) {
  switch (settings.level) {
    case config::LogLevel::debug:
      return journal::Level::debug;
    case config::LogLevel::info:
      return journal::Level::info;
    case config::LogLevel::warning:
      return journal::Level::warning;
    case config::LogLevel::error:
      return journal::Level::error;
  }
  return journal::Level::info;
}

journal::Format log_format(const config::Log& settings) {
  return settings.format == config::LogFormat::json ? journal::Format::json : journal::Format::text;
}

Daemon::Daemon(std::string config_path, journal::DaemonLog& log)
    : config_path_(std::move(config_path)), log_(log), started_at_(SystemClock().unix_now()) {}

Daemon::~Daemon() = default;

std::shared_ptr<const Applied> Daemon::applied() const {
  const std::lock_guard lock(state_mutex_);
  return applied_;
}

std::vector<control::ListenerState> Daemon::listeners() const {
  const std::lock_guard lock(state_mutex_);
  std::vector<control::ListenerState> states;
  for (const auto& [name, listening] : listening_) {
    states.push_back({name, net::to_string(listening.bound)});
  }
  return states;
}

void Daemon::raise_descriptor_limit(const config::Gateway& gateway) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t needed = rlim_t{2} * gateway.max_connections + kOwnDescriptors;
  if (limit.rlim_cur >= needed) return;
  log_.warning(fmt::format(
      "gateway.max_connections = {} needs {} file descriptors, but the hard limit is {}: raise "
      "LimitNOFILE= (ulimit -Hn), or lower max_connections to {}",
      gateway.max_connections, needed, limit.rlim_cur,
      limit.rlim_cur > kOwnDescriptors ? (limit.rlim_cur - kOwnDescriptors) / 2 : 0));
}

Result<std::vector<Daemon::NewListener>, std::string> Daemon::open_listeners(
    const config::Config& config) const {
  std::vector<NewListener> opened;
  for (const config::Listener& listener : config.listeners) {
    const auto known = listening_.find(listener.name);
    if (known != listening_.end() && known->second.asked == asked_address(listener)) continue;
    const auto address = parse_ip(listener.host);
    if (!address)
      return fmt::format("listener {}: {} is no IP address", listener.name, listener.host);
    NewListener fresh{listener.name, {asked_address(listener), {*address, listener.port}}, {}};
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      // After the first, `bound` has the port that the kernel chose.
      auto socket = net::Listener::open(fresh.listening.bound);
      if (!socket.ok()) return fmt::format("listener {}: {}", listener.name, socket.error());
      fresh.listening.bound = (*socket)->endpoint();
      fresh.sockets.push_back(std::move(*socket));
    }
    opened.push_back(std::move(fresh));
  }
  return opened;
}

void Daemon::take_listeners(const config::Config& config, std::vector<NewListener> opened) {
  std::vector<std::string> gone;
  for (const auto& [name, listening] : listening_) {
    const bool kept = std::any_of(
        config.listeners.begin(), config.listeners.end(), [&](const config::Listener& listener) {
          return listener.name == name && asked_address(listener) == listening.asked;
        });
    if (!kept) gone.push_back(name);
  }
  for (const std::string& name : gone) {
    for (const auto& worker : workers_) worker->remove_listener(name);
    log_.info(fmt::format("no longer listening on {} ({})",
                          net::to_string(listening_.at(name).bound), name));
    const std::lock_guard lock(state_mutex_);
    listening_.erase(name);
  }
  for (NewListener& fresh : opened) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      workers_[i]->add_listener(fresh.name, std::move(fresh.sockets[i]));
    }
    log_.info(
        fmt::format("listening on {} ({})", net::to_string(fresh.listening.bound), fresh.name));
    const std::lock_guard lock(state_mutex_);
    listening_[fresh.name] = fresh.listening;
  }
}

void Daemon::publish(Applied next) {
  limits_->carry_over(*next.snapshot);
  for (const auto& worker : workers_) worker->publish(next.snapshot, next.addresses, next.keys);
  const std::lock_guard lock(state_mutex_);
  applied_ = std::make_shared<const Applied>(std::move(next));
}

int Daemon::start(config::Config config, decision::KeyFiles keys) {
  raise_descriptor_limit(config.gateway);
  const std::uint32_t workers = worker_count(config.gateway);
  if (!config.store.path.empty()) {
    auto opened = journal::Journal::open({.path = config.store.path,
                                          .keep_requests = config.store.keep_requests,
                                          .max_size = config.store.max_size,
                                          .keep_security = config.store.keep_security,
                                          .redact = masked_parameters(config),
                                          .workers = workers});
    if (!opened.ok()) {
      log_.error(opened.error().message);
      return opened.error().newer_schema ? kExitConfig : kExitFailed;
    }
    journal_ = std::move(*opened);
  }
  ::RAND_bytes(password_key_.data(), static_cast<int>(password_key_.size()));
  off_loop_ = std::make_unique<proxy::OffLoop>();
  limits_ = std::make_unique<LimitState>(config.gateway.limit_memory, journal_.get());
  const proxy::Shared shared{journal_.get(), open_, *off_loop_, limits_->table(), password_key_};
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(i, shared));
  }
  auto sockets = open_listeners(config);
  if (!sockets.ok()) {
    log_.error(sockets.error());
    return kExitFailed;
  }
  const config::Config listeners = config;
  for (const auto& worker : workers_) worker->start();
  publish(prepare(std::move(config), std::move(keys), journal_.get(), "start", nullptr, log_));
  take_listeners(listeners, std::move(*sockets));
  return kExitOk;
}

control::ReloadVerdict Daemon::reload(const std::string& by) {
  const std::lock_guard one_at_a_time(reload_mutex_);
  const SteadyTime begun = std::chrono::steady_clock::now();
  const std::shared_ptr<const Applied> before = applied();
  control::ReloadVerdict verdict;
  verdict.revision = before->snapshot->revision;
  verdict.workers = static_cast<std::uint32_t>(workers_.size());
  notify_reloading();

  config::Loaded loaded = decision::load(config_path_, config::process_environment());
  decision::KeyFiles keys = decision::load_keys_of(loaded, config::process_environment());
  verdict.diagnostics_json = config::render_json(loaded.diagnostics);
  if (!loaded.config) {
    verdict.message = config::first_error(loaded.diagnostics);
  } else if (auto opened = open_listeners(*loaded.config); !opened.ok()) {
    verdict.message = opened.error();
  } else {
    for (const std::string& key : restart_only(before->snapshot->config, *loaded.config)) {
      log_.warning(fmt::format("{} changed: it takes effect at the next start", key));
    }
    if (journal_ != nullptr) {
      const config::Store& store = loaded.config->store;
      journal_->set_retention(store.keep_requests, store.max_size, store.keep_security);
      journal_->set_redact(masked_parameters(*loaded.config));
    }
    follow_log_settings(loaded.config->log);
    Applied next =
        prepare(std::move(*loaded.config), std::move(keys), journal_.get(), by, before.get(), log_);
    const std::shared_ptr<const decision::Snapshot> snapshot = next.snapshot;
    verdict.accepted = true;
    verdict.revision = snapshot->revision;
    publish(std::move(next));
    take_listeners(snapshot->config, std::move(*opened));
  }
  verdict.took_ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun).count());
  if (verdict.accepted) {
    log_.info(fmt::format("revision {} is live on {} workers ({} ms), asked for by {}",
                          verdict.revision, verdict.workers, verdict.took_ms, by));
  } else {
    log_.error(fmt::format("reload rejected: {}; revision {} keeps serving", verdict.message,
                           verdict.revision));
  }
  notify_supervisor("READY=1");
  return verdict;
}

void Daemon::follow_log_settings(const config::Log& settings) {
  log_.set_level(log_level(settings));
  log_.set_format(log_format(settings));
  if (settings.to == applied()->snapshot->config.log.to) return;
  const auto redirected = log_.redirect(settings.to);
  if (!redirected.ok()) log_.error(redirected.error().message);
}

void Daemon::refresh_addresses() {
  const std::lock_guard one_at_a_time(reload_mutex_);
  Applied next = *applied();
  proxy::Addresses found = resolve_instances(next.snapshot->config);
  // A name that fails to resolve for a moment keeps the address it had.
  for (const auto& [host, address] : *next.addresses) found.try_emplace(host, address);
  if (found == *next.addresses) return;
  next.addresses = std::make_shared<const proxy::Addresses>(std::move(found));
  publish(std::move(next));
  log_.info("addresses of upstream names changed");
}

void Daemon::reopen_log() {
  const auto reopened = log_.reopen();
  if (!reopened.ok()) log_.error(reopened.error().message);
}

void Daemon::fetch_keys() {
  const std::shared_ptr<proxy::KeySource> keys = applied()->keys;
  if (keys == nullptr || !keys->is_due(std::chrono::steady_clock::now())) return;
  const auto before = keys->current();
  net::Offload& pool = off_loop_->keys;
  pool.run([keys, stop = pool.ending()] { keys->fetch(stop); },
           [this, keys, before](bool) {
             if (keys->current() != before) keys_changed_ = true;
           });
}

void Daemon::tick() {
  const std::shared_ptr<const Applied> now = applied();
  if (has_adaptive_limits(*now->snapshot)) {
    limits_->advance(*now->snapshot, load_meter_.read(workers_, journal_.get()));
  }
  fetch_keys();
  if (keys_changed_.exchange(false)) {
    for (const auto& worker : workers_) worker->refresh_keys();
  }
  ++ticks_;
  if (ticks_ % kSaveLimitsEvery == 0 && !now->snapshot->limits.all().empty()) limits_->save();
  if (ticks_ % kResolveEvery == 0) refresh_addresses();
}

void Daemon::serve_signals() {
  for (;;) {
    switch (wait_signal(kTick)) {
      case SIGHUP:
        reload("SIGHUP");
        break;
      case SIGUSR1:
        reopen_log();
        break;
      case SIGTERM:
      case SIGINT:
        return;
      default:
        tick();
        break;
    }
  }
}

void Daemon::shut_down() {
  notify_supervisor("STOPPING=1");
  const milliseconds patience = applied()->snapshot->config.gateway.drain_timeout;
  log_.info(fmt::format("draining {} connections, for at most {} s", open_connections(),
                        static_cast<double>(patience.count()) / 1000));
  for (const auto& worker : workers_) worker->drain();
  const SteadyTime deadline = std::chrono::steady_clock::now() + patience;
  constexpr auto kLook = 20ms;
  while (open_connections() > 0 && std::chrono::steady_clock::now() < deadline) {
    const int signal = wait_signal(kLook);
    if (signal == SIGTERM || signal == SIGINT) break;
  }
  if (open_connections() > 0) {
    log_.warning(fmt::format("cutting {} connections", open_connections()));
  }
  if (!applied()->snapshot->limits.all().empty()) limits_->save();
  off_loop_->end();  // whoever still waits for it goes on, while its loop is there
  workers_.clear();
  journal_.reset();
  log_.info("stopped");
}

int Daemon::run(config::Config config, decision::KeyFiles keys) {
  const std::string socket = config.control.socket;
  if (const int status = start(std::move(config), std::move(keys)); status != kExitOk)
    return status;
  ControlBackend backend(*this);
  std::unique_ptr<control::Server> server;
  if (!socket.empty()) {
    auto started = control::Server::start({.socket = socket}, backend);
    if (!started.ok()) {
      log_.error(started.error().message);
      return kExitFailed;
    }
    server = std::move(*started);
  }
  notify_supervisor("READY=1");
  serve_signals();
  server.reset();
  shut_down();
  return kExitOk;
}

}  // namespace gateway
