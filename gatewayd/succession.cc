#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "gatewayd/control/server.h"
#include "gatewayd/daemon.h"
#include "gatewayd/notify.h"
#include "gatewayd/status.h"

// How the daemon takes another's place and leaves its own: see handover.h. Two processes write the
// database for as long as the old one drains: the lock on it is theirs together, and only the new
// one gives out names and revisions or saves the counters of limits, which the old one saves last
// before it makes its offer.
namespace gateway {
namespace {

constexpr milliseconds kSaveTime{5000};

}  // namespace

bool Daemon::ask_predecessor(const std::string& control_socket) {
  auto answer = TakeOver::ask(control_socket);
  if (!answer.ok()) {
    log_.error(answer.error());
    return false;
  }
  predecessor_ = std::make_unique<TakeOver>(std::move(*answer));
  listeners_.inherit(std::move(predecessor_->offer.sockets), /*shared=*/true);
  return true;
}

int Daemon::inherit_store_lock(const std::string& path) {
  if (predecessor_ == nullptr || predecessor_->offer.store != path) return -1;
  return predecessor_->offer.store_lock.release();
}

bool Daemon::start_control(const std::string& socket, ControlBackend& backend, bool beside) {
  const auto rules = backend.control_rules();
  if (socket.empty() && rules->host.empty()) return true;
  auto server = control::Server::start(
      {.socket = socket, .beside = beside, .host = rules->host, .port = rules->port}, backend);
  if (!server.ok()) {
    fail(server.error().message);
    return false;
  }
  control_ = std::move(*server);
  if (const std::string address = control_->address(); !address.empty()) {
    log_.info(fmt::format("the control API is at http://{} for who has a token", address));
  }
  if (socket.empty()) return true;
  auto hand_over =
      HandOver::start(socket, beside,
                      {.offer = [this] { return offer(); },
                       .withdraw = [this](const std::string& why) { withdraw(why); },
                       .agree = [this](pid_t successor) { agree(successor); },
                       .gone = [this](std::vector<std::string> taken,
                                      pid_t successor) { go(std::move(taken), successor); }});
  if (hand_over.ok()) {
    hand_over_ = std::move(*hand_over);
  } else {
    log_.warning(
        fmt::format("no other gatewayd can take over from this one: {}", hand_over.error()));
  }
  return true;
}

bool Daemon::take_place() {
  const std::string refusal = predecessor_->finish(listeners_.used());
  if (!refusal.empty()) {
    log_.error(fmt::format("cannot take over: {}", refusal));
    return false;
  }
  listeners_.own_all();
  predecessor_.reset();
  if ((control_ != nullptr && !control_->take_place()) ||
      (hand_over_ != nullptr && !hand_over_->take_place())) {
    log_.error("serves, but cannot put its control socket in the place of the one before");
  }
  log_.info("took over from the gatewayd that ran before");
  return true;
}

void Daemon::stop_control() {
  hand_over_.reset();
  control_.reset();
}

Result<Offer, std::string> Daemon::offer() {
  const std::lock_guard one_at_a_time(reload_mutex_);
  Offer offer;
  offer.sockets = listeners_.copy_all();
  if (journal_ != nullptr) {
    if (!applied()->snapshot->limits.all().empty()) limits_->save();
    if (!journal_->wait_limits(kSaveTime)) {
      log_.warning("the counters of limits could not be saved for the next gatewayd");
    }
    offer.store = journal_->path();
    offer.store_lock = Descriptor(::fcntl(journal_->lock_fd(), F_DUPFD_CLOEXEC, 0));
  }
  is_offered_ = true;
  log_.info("another gatewayd is starting to take over");
  return offer;
}

// The service manager is told while this process is still the one that it listens to.
void Daemon::agree(pid_t successor) {
  control_->keep_file(true);
  notify_supervisor(fmt::format("MAINPID={}", successor));
}

void Daemon::withdraw(const std::string& why) {
  control_->keep_file(false);
  upgrade_.failed(why);
  const std::lock_guard one_at_a_time(reload_mutex_);
  is_offered_ = false;
  log_.error(fmt::format("the gatewayd that was to take over did not: {}; this one goes on", why));
}

void Daemon::go(std::vector<std::string> taken, pid_t successor) {
  const std::lock_guard one_at_a_time(reload_mutex_);
  listeners_.share(taken);
  control_->leave_address();
  log_.info(fmt::format("process {} serves from now on", successor));
  is_gone_ = true;
  upgrade_.serves(successor);
  wake();
}

void Daemon::fail(const std::string& why, journal::Category about) {
  log_.about(about).error(why);
  if (predecessor_ != nullptr) predecessor_->give_up(why);
}

control::UpgradeVerdict Daemon::upgrade(const std::string& by) {
  log_.info(fmt::format("hands over to the installed program, asked for by {}", by));
  const Upgrade::Outcome outcome = upgrade_.run();
  if (outcome.process == 0) log_.error(fmt::format("upgrade rejected: {}", outcome.why));
  control::UpgradeVerdict verdict;
  verdict.accepted = outcome.process != 0;
  verdict.before_process = ::getpid();
  verdict.before_version = GATEWAYD_VERSION;
  verdict.process = verdict.accepted ? outcome.process : verdict.before_process;
  verdict.version = outcome.version;
  verdict.connections = verdict.accepted ? open_connections() : 0;
  verdict.drain_timeout_ms =
      static_cast<std::uint64_t>(applied()->snapshot->config.gateway.drain_timeout.count());
  verdict.message = outcome.why;
  verdict.report = outcome.report;
  return verdict;
}

}  // namespace gateway
