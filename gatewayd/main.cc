#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "gatewayd/daemon.h"
#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/log_settings.h"
#include "gatewayd/way_back.h"
#include "shared/decision/key_files.h"
#include "shared/decision/load.h"

namespace {

constexpr int kExitUsage = 64;

// Signals are taken by the main thread alone, by waiting for them: blocked here, before any thread
// starts, they are blocked in all.
void block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGPIPE})
    sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The gatewayd API gateway. Runs in the foreground.", "gatewayd");
  std::string config_path = "/etc/gatewayd/gatewayd.toml";
  bool check = false;
  app.add_option("--config", config_path, "Config file")->capture_default_str();
  app.add_flag("--check", check, "Validate the config and exit: 0 when it is valid, 78 when not");
  bool take_over = false;
  app.add_flag("--take-over", take_over,
               "Take the listening sockets of the gatewayd that runs under this config, which then "
               "finishes its requests and ends");
  app.set_version_flag("--version", "gatewayd " GATEWAYD_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }

  block_signals();
  // One that takes over finds the other's changes in their right state, or in the making.
  const std::string recovered =
      check || take_over ? "" : gateway::recover(config_path, gateway::SystemClock().unix_now());
  gateway::config::Loaded loaded =
      gateway::decision::load(config_path, gateway::config::process_environment());
  gateway::decision::KeyFiles keys =
      gateway::decision::load_keys_of(loaded, gateway::config::process_environment());
  if (!loaded.diagnostics.items.empty()) {
    fmt::print(stderr, "{}", gateway::config::render_text(loaded.diagnostics, ::isatty(2) == 1));
  }
  if (!loaded.config) {
    if (!recovered.empty()) fmt::print(stderr, "gatewayd: {}\n", recovered);
    return gateway::kExitConfig;
  }
  if (check) return gateway::kExitOk;

  const gateway::config::Log& settings = loaded.config->log;
  auto log = gateway::journal::DaemonLog::open({.levels = gateway::log_levels(settings),
                                                .format = gateway::log_format(settings),
                                                .to = settings.to,
                                                .queue = settings.queue});
  if (!log.ok()) {
    fmt::print(stderr, "gatewayd: {}\n", log.error().message);
    return gateway::kExitFailed;
  }
  if (!recovered.empty()) (*log)->warning(recovered);
  using Start = gateway::Daemon::Start;
  return gateway::Daemon(config_path, **log)
      .run(std::move(*loaded.config), std::move(keys), take_over ? Start::take_over : Start::alone);
}
