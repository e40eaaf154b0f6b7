#include "gatewayd/daemon.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "gatewayd/control/server.h"
#include "gatewayd/doors.h"
#include "gatewayd/drain.h"
#include "gatewayd/log_settings.h"
#include "gatewayd/notify.h"
#include "gatewayd/status.h"
#include "shared/config/descriptors.h"

namespace gateway {
namespace {

// What is done beside traffic is looked at this often; the counters of limits are saved every so
// many times, and a crash loses what was counted since.
constexpr auto kTick = 1s;
constexpr int kSaveLimitsEvery = 10;
// The start waits so long for names; what is not told by then serves once it is found.
constexpr milliseconds kNamePatience{5000};
// How long an idle connection may still bring a request: when the gateway stops, and when another
// serves in its place, where nothing waits for the end.
constexpr milliseconds kIdleStopped{500};
constexpr milliseconds kIdleGone{5000};
// Each key of session tickets seals for one of these, and opens for one more.
constexpr milliseconds kTicketPeriod = std::chrono::hours(12);
// What a stop takes beside the drain: the last rows are written.
constexpr milliseconds kBesideDrain{10000};
// Ends the main thread's wait for signals.
constexpr int kWakeSignal = SIGUSR2;

std::uint32_t worker_count(const config::Gateway& gateway) {
  if (gateway.workers > 0) return gateway.workers;
  return std::max(1u, std::thread::hardware_concurrency());
}

sigset_t waited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGUSR1, kWakeSignal}) sigaddset(&set, signal);
  return set;
}

// The next signal, or 0 after `patience`.
int wait_signal(milliseconds patience) {
  const sigset_t set = waited_signals();
  const timespec time{patience.count() / 1000, patience.count() % 1000 * 1'000'000};
  return std::max(0, ::sigtimedwait(&set, nullptr, &time));
}

}  // namespace

Daemon::Daemon(std::string config_path, journal::DaemonLog& log)
    : config_path_(std::move(config_path)),
      log_(log),
      started_at_(SystemClock().unix_now()),
      fleet_(log),
      upgrade_(config_path_),
      names_(log),
      changes_(*this, config_path_, log),
      ticket_keys_(
          std::make_shared<net::TicketKeys>(kTicketPeriod, std::chrono::steady_clock::now())),
      listeners_(workers_, log) {}

Daemon::~Daemon() = default;

std::shared_ptr<const Applied> Daemon::applied() const {
  const std::lock_guard lock(state_mutex_);
  return applied_;
}

void Daemon::raise_descriptor_limit(const config::Gateway& gateway) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t needed = config::descriptors_needed(gateway);
  if (limit.rlim_cur >= needed) return;
  log_.warning(fmt::format(
      "gateway.max_connections = {} needs {} file descriptors, but the hard limit is {}: raise "
      "LimitNOFILE= (ulimit -Hn), or lower max_connections to {}",
      gateway.max_connections, needed, limit.rlim_cur, config::connections_for(limit.rlim_cur)));
}

void Daemon::publish(Applied next) {
  limits_->carry_over(*next.snapshot);
  fleet_.adopt(next.fleet, next.snapshot->config);
  const auto figures = registry_->adopt(*next.snapshot);
  if (!spans_.has(next.tracing)) {
    spans_.replace(next.tracing.endpoint.empty()
                       ? nullptr
                       : std::make_unique<tracing::Exporter>(next.tracing, workers_.size(), log_));
  }
  for (const auto& worker : workers_) {
    worker->publish(next.snapshot, next.fleet, figures, next.keys,
                    {spans_.current(), access_log_.current()});
  }
  spans_.settle();
  access_log_.settle();
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
                                          .workers = workers,
                                          .keep_health = config.store.keep_health,
                                          .keep_traces = config.store.keep_traces,
                                          .max_traces = config.store.max_traces,
                                          .version = GATEWAYD_VERSION,
                                          .lock_fd = inherit_store_lock(config.store.path)});
    if (!opened.ok()) {
      fail(opened.error().message, journal::Category::store);
      return opened.error().newer_schema ? kExitConfig : kExitFailed;
    }
    journal_ = std::move(*opened);
  }
  ::RAND_bytes(password_key_.data(), static_cast<int>(password_key_.size()));
  off_loop_ = std::make_unique<proxy::OffLoop>();
  limits_ = std::make_unique<LimitState>(config.gateway.limit_memory, journal_.get());
  policy::HashKey cache_key;
  ::RAND_bytes(reinterpret_cast<unsigned char*>(&cache_key), sizeof(cache_key));
  cache_ = std::make_unique<policy::CacheStore>(config.cache.memory, cache_key);
  fleet_.start(journal_.get());
  registry_ = std::make_unique<metrics::Registry>(workers);
  const proxy::Shared shared{journal_.get(),   open_,   tunnels_,           *off_loop_,
                             limits_->table(), *cache_, password_key_,      fleet_,
                             pool_gauges_,     pages_,  acme_.challenges(), log_};
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(i, shared));
  }
  auto doors = make_doors(config, keys, ticket_keys_, certificates_, acme_);
  if (!doors.ok()) {
    fail(doors.error());
    return kExitConfig;
  }
  auto access = open_access_log(config);
  if (!access.ok()) {
    fail(access.error().message);
    return kExitFailed;
  }
  if (*access != nullptr) access_log_.replace(std::move(*access));
  auto sockets = listeners_.open(config);
  if (!sockets.ok()) {
    fail(sockets.error());
    return kExitFailed;
  }
  for (const auto& worker : workers_) worker->start();
  proxy::Addresses addresses = names_.look_up(config, kNamePatience);
  adopt_certificates(config, keys, std::move(doors->certificates));
  publish(prepare(std::move(config), std::move(keys), std::move(addresses),
                  std::move(doors->clients), fleet_.fleet(), journal_.get(), "start", nullptr,
                  log_));
  listeners_.take(std::move(*sockets), doors->doors);
  if (journal_ != nullptr) journal_->wait_revision(applied()->snapshot->revision);
  changes_.note_start("start");
  return kExitOk;
}

// What the name service has told since the last look. A name that it does not know for a while
// keeps the addresses it had.
void Daemon::refresh_addresses() {
  names_.ask_due(applied()->snapshot->config, std::chrono::steady_clock::now());
  if (!names_.changed()) return;
  const std::lock_guard one_at_a_time(reload_mutex_);
  Applied next = *applied();
  proxy::Addresses found = names_.known(next.snapshot->config);
  for (const auto& [host, address] : *next.addresses) found.try_emplace(host, address);
  if (found == *next.addresses) return;
  next.addresses = std::make_shared<const proxy::Addresses>(std::move(found));
  next.fleet = fleet_.fleet().adopt(next.snapshot->config, *next.addresses, *next.tls_clients,
                                    std::chrono::steady_clock::now());
  publish(std::move(next));
  log_.info("addresses of upstream names changed");
}

// After everything that may fail.
void Daemon::adopt_certificates(const config::Config& config, const decision::KeyFiles& keys,
                                std::vector<PresentedCertificate> presented) {
  certificates_.adopt(std::move(presented));
  std::vector<acme::Names> wanted;
  for (const config::Listener& listener : config.listeners) {
    if (acme::Names names = acme_names(listener); !names.empty()) wanted.push_back(names);
  }
  acme_.adopt(config.acme, keys.acme_ca, std::move(wanted));
  door_keys_ = {};
  door_keys_.listeners = keys.listeners;
  door_keys_.services = keys.services;
}

// The certificates that ACME has brought serve new connections; the config is what it was.
void Daemon::renew_doors() {
  const std::lock_guard one_at_a_time(reload_mutex_);
  const std::shared_ptr<const Applied> now = applied();
  auto doors = make_doors(now->snapshot->config, door_keys_, ticket_keys_, certificates_, acme_);
  if (!doors.ok()) return log_.error(doors.error());
  certificates_.adopt(std::move(doors->certificates));
  listeners_.renew(doors->doors);
}

void Daemon::reopen_logs() {
  const auto reopened = log_.reopen();
  if (!reopened.ok()) log_.error(reopened.error().message);
  const std::lock_guard one_at_a_time(reload_mutex_);
  if (journal::AccessLog* access = access_log_.current()) {
    const auto again = access->reopen();
    if (!again.ok()) log_.error(again.error().message);
  }
}

// For a config that is about to serve: null when the one that is written stays, or none is wanted.
Result<std::unique_ptr<journal::AccessLog>, journal::LogError> Daemon::open_access_log(
    const config::Config& config) {
  const journal::AccessLog::Settings settings{config.log.access, config.log.access_queue,
                                              masked_parameters(config)};
  if (settings.to.empty() || access_log_.has(settings)) {
    return std::unique_ptr<journal::AccessLog>();
  }
  return journal::AccessLog::open(settings, workers_.size());
}

// Tells when the database begins to refuse rows, and when it takes them again.
void Daemon::watch_store() {
  if (journal_ == nullptr) return;
  const journal::JournalStatus status = journal_->status();
  if (status.suspended == store_suspended_) return;
  store_suspended_ = status.suspended;
  const auto log = log_.about(journal::Category::store);
  if (status.suspended) {
    log.error(
        fmt::format("requests are not logged for now: {}; traffic goes on, and the log as "
                    "soon as the disk takes it",
                    status.last_error));
  } else {
    log.info("requests are logged again");
  }
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
  ticket_keys_->rotate(std::chrono::steady_clock::now());
  certificates_.tick(off_loop_->certificates, std::chrono::steady_clock::now(),
                     SystemClock().unix_now() / 1'000'000);
  acme_.tick(off_loop_->acme, std::chrono::steady_clock::now(),
             SystemClock().unix_now() / 1'000'000);
  if (acme_.take_renewed()) renew_doors();
  fetch_keys();
  if (keys_changed_.exchange(false)) {
    for (const auto& worker : workers_) worker->refresh_keys();
  }
  ++ticks_;
  fleet_.settle();
  spans_.settle();
  access_log_.settle();
  watch_store();
  if (ticks_ % kSaveLimitsEvery == 0 && !now->snapshot->limits.all().empty()) limits_->save();
  refresh_addresses();
  changes_.tick();
}

void Daemon::wake() {
  ::kill(::getpid(), kWakeSignal);
}

void Daemon::serve_signals() {
  SteadyTime next_tick = std::chrono::steady_clock::now() + kTick;
  for (bool settled = true; !is_gone();) {
    const auto rest = next_tick - std::chrono::steady_clock::now();
    const milliseconds patience = settled ? std::chrono::ceil<milliseconds>(rest) : kHandshakeTime;
    switch (wait_signal(std::clamp(patience, milliseconds(0), milliseconds(kTick)))) {
      case SIGHUP:
        reload("SIGHUP");
        break;
      case SIGUSR1:
        reopen_logs();
        break;
      case SIGTERM:
      case SIGINT:
        return;
      default:
        break;
    }
    settled = close_left_listeners();
    if (is_gone() || std::chrono::steady_clock::now() < next_tick) continue;
    tick();
    watchdog_.look(std::chrono::steady_clock::now());
    next_tick = std::chrono::steady_clock::now() + kTick;
  }
}

bool Daemon::close_left_listeners() {
  const std::lock_guard one_at_a_time(reload_mutex_);
  return listeners_.close_left();
}

void Daemon::shut_down() {
  const milliseconds patience = applied()->snapshot->config.gateway.drain_timeout;
  // One that has been followed is no longer what the service manager looks at.
  if (!is_gone()) {
    notify_supervisor(
        fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}",
                    std::chrono::duration_cast<microseconds>(patience + kBesideDrain).count()));
  }
  log_.info(fmt::format("draining {} connections, for at most {} s", open_connections(),
                        static_cast<double>(patience.count()) / 1000));
  const DrainTimes times{patience, is_gone() ? kIdleGone : kIdleStopped};
  drain(workers_, listeners_, open_, times, [](milliseconds wait) {
    const int signal = wait_signal(wait);
    return signal == SIGTERM || signal == SIGINT;
  });
  if (open_connections() > 0) {
    log_.warning(fmt::format("cutting {} connections", open_connections()));
  }
  if (is_owner_ && !applied()->snapshot->limits.all().empty()) limits_->save();
  off_loop_->end();  // whoever still waits for it goes on, while its loop is there
  fleet_.stop();
  workers_.clear();
  spans_.end();
  access_log_.end();
  journal_.reset();
  log_.info("stopped");
}

int Daemon::run(config::Config config, decision::KeyFiles keys, Start how) {
  const std::string socket = config.control.socket;
  const bool takes_over = how == Start::take_over;
  if (takes_over && !ask_predecessor(socket)) return kExitFailed;
  if (!takes_over) listeners_.inherit(inherit_from_supervisor(log_), /*shared=*/false);
  if (const int status = start(std::move(config), std::move(keys)); status != kExitOk)
    return status;
  ControlBackend backend(*this);
  const bool started = start_control(socket, backend, takes_over);
  if (!started || (takes_over && !take_place())) {
    stop_control();
    shut_down();
    return kExitFailed;
  }
  is_owner_ = true;
  notify_supervisor("READY=1");
  serve_signals();
  // A successor has the socket files, and calls that reached this one are answered still.
  if (!is_gone()) stop_control();
  is_owner_ = !is_gone();
  shut_down();
  stop_control();
  return kExitOk;
}

}  // namespace gateway
