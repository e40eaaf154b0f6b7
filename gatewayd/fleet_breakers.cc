// What the operator sees and does of health and breakers, and breakers over a restart.
#include <fmt/format.h>

#include "gatewayd/fleet_state.h"

namespace gateway {
namespace {

UnixMicros unix_now() {
  return SystemClock().unix_now();
}
SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

// The wall-clock time of a moment of the steady clock; 0 for its epoch, which means never.
UnixMicros unix_time_of(SteadyTime time) {
  if (time == SteadyTime{}) return 0;
  return unix_now() + std::chrono::duration_cast<microseconds>(time - steady_now()).count();
}

std::string no_breaker(const std::string& service) {
  return fmt::format("service {0} has no breaker: add `breaker = {{}}` to [services.{0}]", service);
}

}  // namespace

std::vector<FleetState::Breaker> FleetState::used_breakers() const {
  std::vector<Breaker> breakers;
  for (std::size_t i = 0; view_ != nullptr && i < view_->size(); ++i) {
    if (!policies_[i].breaker) continue;
    proxy::ServiceState& service = *(*view_)[i].state;
    if (policies_[i].breaker->per == config::Breaker::Per::service) {
      breakers.push_back({service.name, "", &service.breaker, &service, nullptr});
      continue;
    }
    for (const auto& peer : (*view_)[i].peers) {
      breakers.push_back(
          {service.name, peer.state->instance, &peer.state->breaker, &service, peer.state.get()});
    }
  }
  return breakers;
}

void FleetState::save() {
  journal::Journal* journal = journal_;
  if (journal == nullptr) return;
  std::vector<store::SavedBreaker> saved;
  const std::lock_guard lock(mutex_);
  for (const Breaker& item : used_breakers()) {
    const auto record = item.breaker->save(steady_now(), unix_now());
    if (!record) continue;
    const UnixMicros until =
        record->opened_at + std::chrono::duration_cast<microseconds>(record->open_for).count();
    const bool open = record->state == BreakerState::open;
    const auto found = opened_by_.find(item.service + " " + item.instance);
    const ByHand hand = found != opened_by_.end() ? found->second : ByHand{};
    saved.push_back({item.service, item.instance, record->state, record->opened_at,
                     open ? until : 0, hand.reason, hand.by});
  }
  journal->save_breakers(std::move(saved));
}

void FleetState::restore_breakers() {
  journal::Journal* journal = journal_;
  if (journal == nullptr) return;
  const auto kept = journal->load_breakers();
  for (const Breaker& item : used_breakers()) {
    for (const store::SavedBreaker& saved : kept) {
      if (saved.service != item.service || saved.instance != item.instance) continue;
      policy::BreakerRecord record;
      record.state = saved.state;
      record.by_hand = !saved.by.empty();
      record.opened_at = saved.since;
      const UnixMicros pause = std::max<UnixMicros>(0, saved.until - saved.since);
      record.open_for = std::chrono::duration_cast<milliseconds>(microseconds(pause));
      if (item.breaker->restore(record, steady_now(), unix_now())) {
        opened_by_[item.service + " " + item.instance] = {saved.by, saved.reason};
        log_.about(journal::Category::service)
            .info(fmt::format("breaker of {} is {}, as it was before the restart", item.service,
                              name_of(saved.state)));
      }
    }
  }
}

control::HealthReport FleetState::health() const {
  control::HealthReport report;
  const SteadyTime now = steady_now();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; view_ != nullptr && i < view_->size(); ++i) {
    control::ServiceHealth& service = report.services.emplace_back();
    service.name = (*view_)[i].state->name;
    service.checked = policies_[i].health.has_value();
    std::vector<HealthState> states;
    for (const auto& peer : (*view_)[i].peers) {
      const proxy::PeerState& state = *peer.state;
      states.push_back(state.health.state(now));
      const auto facts =
          facts_.find(fmt::format("{} {} {}", state.service, state.instance, state.address));
      control::PeerHealth& entry = service.peers.emplace_back();
      entry.instance = state.instance;
      entry.address = state.address;
      entry.state = states.back();
      if (facts == facts_.end()) continue;
      entry.since = facts->second.since;
      entry.reason = facts->second.reason;
      entry.checked_at = facts->second.checked_at;
      entry.latency_us = facts->second.latency_us;
    }
    service.state = policy::combine(states);
  }
  return report;
}

control::BreakerInfo FleetState::describe(const Breaker& item) const {
  const policy::BreakerView view = item.breaker->view(steady_now());
  control::BreakerInfo info;
  info.service = item.service;
  info.instance = item.instance;
  info.state = view.state;
  info.failures = view.failures;
  info.since = unix_time_of(view.since);
  if (view.state == BreakerState::open) info.until = unix_time_of(view.until);
  if (view.state == BreakerState::closed) return info;
  info.reason = fmt::format("{} failures", view.failures);
  const auto by = opened_by_.find(item.service + " " + item.instance);
  if (view.by_hand && by != opened_by_.end()) {
    info.by = by->second.by;
    info.reason = by->second.reason;
  }
  return info;
}

control::BreakerList FleetState::breakers() const {
  control::BreakerList list;
  const std::lock_guard lock(mutex_);
  for (const Breaker& item : used_breakers()) list.breakers.push_back(describe(item));
  return list;
}

std::vector<FleetState::Breaker> FleetState::breakers_of(const std::string& service) const {
  const std::lock_guard lock(mutex_);
  std::vector<Breaker> breakers = used_breakers();
  std::erase_if(breakers, [&](const Breaker& item) { return item.service != service; });
  return breakers;
}

control::BreakerVerdict FleetState::verdict_on(const std::string& service) const {
  control::BreakerVerdict verdict;
  verdict.done = true;
  for (const Breaker& item : breakers_of(service)) {
    const std::lock_guard lock(mutex_);
    verdict.breakers.push_back(describe(item));
  }
  return verdict;
}

control::BreakerVerdict FleetState::reset_breaker(const std::string& service,
                                                  const std::string& by) {
  const std::vector<Breaker> breakers = breakers_of(service);
  if (breakers.empty()) return {false, no_breaker(service), {}};
  for (const Breaker& item : breakers) {
    const auto change = item.breaker->reset(steady_now());
    record(*item.of_service, item.of_peer, change, "reset-by-hand", by);
  }
  save();
  return verdict_on(service);
}

control::BreakerVerdict FleetState::open_breaker(const std::string& service,
                                                 const control::OpenBreaker& wanted,
                                                 const std::string& by) {
  const std::vector<Breaker> breakers = breakers_of(service);
  if (breakers.empty()) return {false, no_breaker(service), {}};
  const std::string reason = wanted.reason.empty() ? "opened-by-hand" : wanted.reason;
  for (const Breaker& item : breakers) {
    const SteadyTime now = steady_now();
    const auto change = item.breaker->open(now + wanted.open_for, now);
    record(*item.of_service, item.of_peer, change, reason, by);
  }
  save();
  return verdict_on(service);
}

}  // namespace gateway
