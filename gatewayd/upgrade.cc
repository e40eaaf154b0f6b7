#include "gatewayd/upgrade.h"

#include <fmt/format.h>

#include <chrono>

namespace gateway {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kCheckTime = 30s;
// Longer than a hand-over may take, so that it is that which tells why it failed.
constexpr auto kSuccessionTime = 75s;
constexpr auto kLook = 50ms;
// For the hand-over's own word to come after the end of the process that it was with.
constexpr auto kLastWord = 1s;
constexpr std::string_view kName = "gatewayd ";

// "0.2.0" of "gatewayd 0.2.0\n".
std::string version_of(std::string_view said) {
  if (!said.starts_with(kName)) return {};
  said.remove_prefix(kName.size());
  return std::string(said.substr(0, said.find('\n')));
}

}  // namespace

bool Upgrade::check(Outcome& outcome) const {
  const auto version = run_program({program_, "--version"}, kCheckTime);
  if (!version.ok() || version->status != 0) {
    outcome.why = version.ok() ? fmt::format("{} --version ends with {}; install it again",
                                             program_, version->status)
                               : version.error() + "; install it again";
    return false;
  }
  outcome.version = version_of(version->said);
  const auto check = run_program({program_, "--check", "--config", config_path_}, kCheckTime);
  if (!check.ok()) {
    outcome.why = check.error();
    return false;
  }
  outcome.report = check->said;
  if (check->status == 0) return true;
  outcome.why =
      fmt::format("gatewayd {} does not accept {}; correct the file, then: gatewayctl upgrade",
                  outcome.version, config_path_);
  return false;
}

void Upgrade::settle(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  settled_ = std::move(outcome);
  changed_.notify_all();
}

void Upgrade::serves(pid_t successor) {
  settle({.process = successor, .version = {}, .why = {}, .report = {}});
}

void Upgrade::failed(const std::string& why) {
  settle({.process = 0, .version = {}, .why = why, .report = {}});
}

void Upgrade::wait(const Detached& started, Outcome& outcome) {
  auto deadline = steady_clock::now() + kSuccessionTime;
  bool ended = false;
  std::unique_lock lock(mutex_);
  while (!settled_ && steady_clock::now() < deadline) {
    changed_.wait_for(lock, kLook);
    if (!ended && has_ended(started)) {
      ended = true;
      deadline = steady_clock::now() + kLastWord;
    }
  }
  if (settled_) {
    outcome.process = settled_->process;
    outcome.why = settled_->why;
  } else {
    outcome.why = ended ? "it ended before it asked for the listening sockets; its last lines in "
                          "the log say why (journalctl -u gatewayd)"
                        : "it did not come to serve in time";
  }
}

Upgrade::Outcome Upgrade::run() {
  Outcome outcome;
  const std::unique_lock one(one_at_a_time_, std::try_to_lock);
  if (!one) {
    outcome.why = "another upgrade is under way; wait for it";
    return outcome;
  }
  if (!check(outcome)) return outcome;
  {
    const std::lock_guard lock(mutex_);
    settled_.reset();
  }
  // Its watchdog would be this process's; it counts for the unit's main process, whichever that is.
  const auto started =
      start_detached({program_, "--config", config_path_, "--take-over"}, "WATCHDOG_PID");
  if (!started.ok()) {
    outcome.why = started.error();
    return outcome;
  }
  wait(*started, outcome);
  if (outcome.process == 0) {
    outcome.why = fmt::format("gatewayd {} could not take over: {}", outcome.version, outcome.why);
  }
  return outcome;
}

}  // namespace gateway
