#include <fmt/format.h>

#include <exception>

#include "gatewayd/daemon.h"
#include "gatewayd/doors.h"
#include "gatewayd/log_settings.h"
#include "gatewayd/notify.h"
#include "gatewayd/receipt.h"
#include "gatewayd/status.h"
#include "shared/decision/load.h"

namespace gateway {
namespace {

// A reload waits so long for names; what is not told by then serves at the addresses it had, or
// once it is found.
constexpr milliseconds kNamePatience{2000};

CheckedConfig read_config(const std::string& path) {
  const auto environment = config::process_environment();
  CheckedConfig read;
  read.loaded = decision::load(path, environment);
  read.keys = decision::load_keys_of(read.loaded, environment);
  return read;
}

}  // namespace

control::ReloadVerdict Daemon::reload(const std::string& by, ReloadSteps* steps) {
  const std::lock_guard one_at_a_time(reload_mutex_);
  const SteadyTime begun = std::chrono::steady_clock::now();
  control::ReloadVerdict verdict;
  verdict.workers = static_cast<std::uint32_t>(workers_.size());
  notify_reloading();
  ReadConfig read;
  try {
    if (is_offered_) {
      verdict.message = "another gatewayd is taking over";
      verdict.busy = true;
    } else if (steps != nullptr) {
      verdict.message = steps->before(verdict);
    }
    if (verdict.message.empty()) {
      std::optional<CheckedConfig> written;
      if (steps != nullptr) written = steps->take_written();
      verdict.message = change_config(by, std::move(written), verdict, read);
    }
  } catch (const std::exception& failure) {
    verdict.message = failure.what();  // nothing has changed yet: see change_config()
  }
  verdict.accepted = verdict.message.empty();
  verdict.revision = applied()->snapshot->revision;
  if (steps != nullptr) {
    steps->after(verdict, read);
  } else {
    changes_.note_reload(by, verdict, read);
  }
  if (verdict.accepted && journal_ != nullptr) journal_->wait_revision(verdict.revision);
  verdict.took_ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun).count());
  ++(verdict.accepted ? reloads_accepted_ : reloads_rejected_);
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

void Daemon::between_reloads(const std::function<void()>& work) {
  const std::lock_guard one_at_a_time(reload_mutex_);
  work();
}

// Everything that may fail comes before the first thing that changes. Returns why nothing changed,
// or "".
std::string Daemon::change_config(const std::string& by, std::optional<CheckedConfig> written,
                                  control::ReloadVerdict& verdict, ReadConfig& read) {
  const std::shared_ptr<const Applied> before = applied();
  const bool is_read = written && config::is_on_disk(*written->loaded.config, config_path_);
  CheckedConfig checked = is_read ? std::move(*written) : read_config(config_path_);
  config::Loaded& loaded = checked.loaded;
  const decision::KeyFiles& keys = checked.keys;
  verdict.diagnostics_json = config::render_json(loaded.diagnostics);
  read.files = loaded.config ? loaded.config->files : loaded.diagnostics.files;
  read.sha256 = digest(read.files);
  if (!loaded.config) return config::first_error(loaded.diagnostics);
  auto doors = make_doors(*loaded.config, keys, ticket_keys_, certificates_, acme_);
  if (!doors.ok()) return doors.error();
  auto access = open_access_log(*loaded.config);
  if (!access.ok()) return access.error().message;
  auto plan = listeners_.open(*loaded.config);
  if (!plan.ok()) return plan.error();
  proxy::Addresses addresses = names_.look_up(*loaded.config, kNamePatience);
  Applied next =
      prepare(std::move(*loaded.config), keys, std::move(addresses), std::move(doors->clients),
              fleet_.fleet(), journal_.get(), by, before.get(), log_);

  follow_settings(next.snapshot->config);
  adopt_certificates(next.snapshot->config, keys, std::move(doors->certificates));
  const bool ends = next.snapshot->config.log.access.empty() && access_log_.current() != nullptr;
  if (*access != nullptr || ends) access_log_.replace(std::move(*access));
  publish(std::move(next));
  const std::shared_ptr<const Applied> now = applied();
  const std::vector<std::string> left = listeners_.take(std::move(*plan), doors->doors);
  if (!left.empty()) wake();
  verdict.receipt = receipt(*before, *now, left);
  return "";
}

control::Receipt Daemon::receipt(const Applied& before, const Applied& now,
                                 const std::vector<std::string>& left_listeners) {
  control::Receipt receipt = make_receipt(before, now, fleet_change(before, now));
  receipt.connections = open_connections();
  receipt.limit_counters = limits_->table().count_live(SystemClock().unix_now());
  std::vector<std::string> urls;
  for (const config::Service& service : now.snapshot->config.services) {
    for (const config::Instance& instance : service.instances) urls.push_back(instance.url);
  }
  for (const auto& worker : workers_) {
    for (const auto& [url, count] : worker->idle_upstream_connections(urls)) {
      receipt.pooled += count;
    }
  }
  for (const std::string& address : left_listeners) {
    receipt.draining.push_back({fmt::format("listener {}", address), std::nullopt});
  }
  return receipt;
}

void Daemon::follow_settings(const config::Config& config) {
  const std::shared_ptr<const Applied> serving = applied();
  const config::Config& before = serving->snapshot->config;
  for (const std::string& key : restart_only(before, config)) {
    log_.warning(fmt::format("{} changed: it takes effect at the next start", key));
  }
  if (journal_ != nullptr) {
    const config::Store& kept = config.store;
    journal_->set_retention({kept.keep_requests, kept.max_size, kept.keep_security,
                             kept.keep_health, kept.keep_traces, kept.max_traces});
    journal_->set_redact(masked_parameters(config));
  }
  log_.set_levels(log_levels(config.log));
  log_.set_format(log_format(config.log));
  if (config.log.to == before.log.to) return;
  const auto redirected = log_.redirect(config.log.to);
  if (!redirected.ok()) log_.error(redirected.error().message);
}

}  // namespace gateway
