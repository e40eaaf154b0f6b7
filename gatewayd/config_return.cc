// Changes that go back by themselves: those that wait for a confirmation, and those under a guard.
#include <fmt/format.h>

#include "gatewayd/config_changes.h"
#include "gatewayd/config_guard.h"
#include "gatewayd/daemon.h"

namespace gateway {
namespace {

constexpr seconds kBefore{300};
constexpr std::size_t kMostBefore = 200'000;  // rows
constexpr std::size_t kMostATick = 50'000;    // rows: some 20 ms of the main thread
constexpr seconds kRetry{10};                 // after files could not be put back

}  // namespace

decision::GuardFigures to_figures(const store::TrafficSample& sample) {
  decision::GuardFigures figures;
  figures.requests = sample.requests;
  if (sample.requests == 0) return figures;
  const auto all = static_cast<double>(sample.requests);
  figures.share_4xx = 100 * static_cast<double>(sample.client_errors) / all;
  figures.share_5xx = 100 * static_cast<double>(sample.server_errors) / all;
  figures.p50_us = sample.latency.percentile(0.5);
  figures.p90_us = sample.latency.percentile(0.9);
  figures.p95_us = sample.latency.percentile(0.95);
  figures.p99_us = sample.latency.percentile(0.99);
  return figures;
}

std::optional<decision::GuardFigures> figures_before(const std::string& store) {
  store::TrafficSample sample;
  const UnixMicros since = SystemClock().unix_now() - microseconds(kBefore).count();
  if (!store::sample_recent(store, since, kMostBefore, sample)) return std::nullopt;
  return to_figures(sample);
}

// Puts the files of a change back before the reload.
class ReturnSteps final : public ReloadSteps {
 public:
  ReturnSteps(ConfigChanges& changes, const WayBack& way, const std::string& reason,
              const std::string& by)
      : changes_(changes), way_(way), reason_(reason), by_(by) {}

  std::string before(control::ReloadVerdict&) override {
    // Another change, or a confirmation, may have come since it was decided.
    const auto now = changes_.way();
    if (!now || now->revision != way_.revision) return "it no longer waits";
    return put_back(way_.files);
  }

  void after(control::ReloadVerdict& verdict, const ReadConfig& read) override {
    if (!verdict.message.empty()) return;
    forget_way_back(changes_.config_path_);
    changes_.set_pending(std::nullopt);
    changes_.settle(way_.change, store::ConfigVerdict::rolled_back, 0, reason_);
    const auto applied = changes_.daemon_.applied();
    changes_.record({.revision = applied->snapshot->revision,
                     .parent = way_.revision,
                     .sha256 = read.sha256,
                     .by = by_,
                     .cause = "rollback",
                     .message = fmt::format("back to revision {}: {}", way_.back_to, reason_),
                     .verdict = store::ConfigVerdict::live},
                    applied->snapshot->config.files);
  }

 private:
  ConfigChanges& changes_;
  const WayBack way_;
  const std::string reason_;
  const std::string by_;
};

void ConfigChanges::set_pending(std::optional<WayBack> way) {
  const std::lock_guard lock(mutex_);
  pending_ = std::move(way);
}

std::optional<WayBack> ConfigChanges::way() const {
  const std::lock_guard lock(mutex_);
  return pending_;
}

std::optional<control::PendingChange> ConfigChanges::pending() const {
  const auto now = way();
  if (!now) return std::nullopt;
  return control::PendingChange{now->revision, now->back_to, now->until, now->guard,
                                now->guarded_until};
}

Result<control::ConfirmVerdict, control::Refusal> ConfigChanges::confirm(const std::string& by) {
  std::optional<WayBack> confirmed;
  daemon_.between_reloads([&] {
    confirmed = way();
    if (confirmed) keep_change(*confirmed, fmt::format("confirmed by {}", by));
  });
  if (!confirmed) return control::Refusal{409, "no change waits for a confirmation"};
  log_.info(fmt::format("revision {} is confirmed by {}", confirmed->revision, by));
  return control::ConfirmVerdict{confirmed->revision};
}

void ConfigChanges::keep_change(const WayBack& way, const std::string& reason) {
  forget_way_back(config_path_);
  set_pending(std::nullopt);
  settle(way.change, store::ConfigVerdict::live, way.revision, reason);
}

void ConfigChanges::go_back(const WayBack& way, const std::string& reason, const std::string& by) {
  log_.warning(
      fmt::format("going back from revision {} to {}: {}", way.revision, way.back_to, reason));
  ReturnSteps steps(*this, way, reason, by);
  daemon_.reload(by, &steps);
  retry_at_ = std::chrono::steady_clock::now() + kRetry;
}

void ConfigChanges::watch(const WayBack& way) {
  if (traffic_of_ != way.revision || traffic_seq_ < 0) {
    traffic_ = {};
    traffic_seq_ = way.seq;
    traffic_of_ = way.revision;
  }
  if (!store::sample_revision(store_path(), way.revision, kMostATick, traffic_seq_, traffic_)) {
    return;
  }
  const auto guard = decision::parse_guard(way.guard);
  if (!guard) return;
  const auto judged = decision::judge(*guard, way.before, to_figures(traffic_));
  if (judged.state == decision::GuardJudgement::State::broken) {
    return go_back(way, fmt::format("the guard is broken: {}", judged.why), "gatewayd");
  }
  if (!way.guarded_until || *way.guarded_until > SystemClock().unix_now()) return;
  const std::string kept =
      judged.state == decision::GuardJudgement::State::holds
          ? fmt::format("the guard held over {} requests", traffic_.requests)
          : fmt::format("the guard could not judge: only {} requests came", traffic_.requests);
  daemon_.between_reloads([&] {
    const auto now = this->way();
    if (now && now->revision == way.revision) keep_change(way, kept);
  });
  log_.info(fmt::format("revision {} is kept: {}", way.revision, kept));
}

void ConfigChanges::tick() {
  const auto now = way();
  if (!now || std::chrono::steady_clock::now() < retry_at_) return;
  if (now->until && *now->until <= SystemClock().unix_now()) {
    return go_back(*now, "it was not confirmed in time", "gatewayd");
  }
  if (!now->guard.empty() && !store_path().empty()) watch(*now);
}

}  // namespace gateway
