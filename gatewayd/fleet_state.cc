#include "gatewayd/fleet_state.h"

#include <fmt/format.h>

#include <algorithm>

namespace gateway {
namespace {

using proxy::PeerState;
using proxy::ServiceState;

UnixMicros unix_now() {
  return SystemClock().unix_now();
}
SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

// What the prober and this name a peer by.
std::string key_of(const PeerState& peer) {
  return fmt::format("{} {} {}", peer.service, peer.instance, peer.address);
}

std::string place_of(const PeerState& peer) {
  if (peer.address.empty()) return peer.instance;
  return fmt::format("{} ({})", peer.instance, peer.address);
}

std::string authority_of(const std::string& url) {
  return url.substr(url.find("//") + 2);
}

std::string breaker_reason(const policy::BreakerChange& change) {
  const std::string why(policy::name(change.reason));
  if (change.failures == 0 && change.last.status == 0) return why;
  const std::string last = change.last.status != 0 ? fmt::format("status {}", change.last.status)
                                                   : std::string(info(change.last.decider).name);
  if (change.reason == policy::BreakerReason::failures_in_a_row) {
    return fmt::format("{} failures in a row, last: {}", change.failures, last);
  }
  return fmt::format("{} ({} failures, last: {})", why, change.failures, last);
}

}  // namespace

void FleetState::start(journal::Journal* journal) {
  journal_ = journal;
  prober_ = std::make_unique<proxy::HealthProber>(
      [this](const std::string& key, const proxy::HealthResult& result) { checked(key, result); });
}

void FleetState::stop() {
  prober_.reset();
  save();
  journal_ = nullptr;
}

void FleetState::adopt(std::shared_ptr<const proxy::FleetView> fleet,
                       const config::Config& config) {
  std::vector<proxy::HealthProber::Target> targets;
  const std::lock_guard lock(mutex_);
  view_ = std::move(fleet);
  policies_.clear();
  checked_.clear();
  std::map<std::string, Facts> facts;
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const config::Service& service = config.services[i];
    const config::UpstreamPolicies& policies = service.upstream;
    policies_.push_back(policies);
    std::shared_ptr<const proxy::HealthCheck> check;
    if (policies.health) {
      check = std::make_shared<const proxy::HealthCheck>(*policies.health, service.http2);
    }
    for (const proxy::FleetService::Peer& peer : (*view_)[i].peers) {
      const std::string key = key_of(*peer.state);
      facts[key] = facts_[key];
      if (check == nullptr || !peer.endpoint) continue;
      checked_[key] = {peer.state, policy::health_rules(policies)};
      targets.push_back({key, *peer.endpoint, authority_of(peer.state->instance), peer.tls, check});
    }
  }
  facts_ = std::move(facts);
  if (!restored_) restore_breakers();
  restored_ = true;
  if (prober_ != nullptr) prober_->set_targets(std::move(targets));
}

void FleetState::checked(const std::string& key, const proxy::HealthResult& result) {
  using Outcome = proxy::HealthResult::Outcome;
  if (result.outcome == Outcome::none) return;
  Checked target;
  {
    const std::lock_guard lock(mutex_);
    const auto found = checked_.find(key);
    if (found == checked_.end()) return;
    target = found->second;
    facts_[key].checked_at = unix_now();
    facts_[key].latency_us = static_cast<std::uint32_t>(result.latency.count());
  }
  const bool passed = result.outcome == Outcome::passed;
  policy::PeerHealth& health = target.peer->health;
  const auto change = passed ? health.check_passed(target.rules, steady_now())
                             : health.check_failed(target.rules, result.fault, steady_now());
  if (change) health_changed(*target.peer, *change);
  if (journal::Journal* journal = journal_) {
    journal->record_check(target.peer->service, target.peer->instance, passed, result.latency,
                          unix_now());
  }
}

void FleetState::settle() {
  std::vector<std::pair<std::shared_ptr<PeerState>, policy::HealthRules>> peers;
  {
    const std::lock_guard lock(mutex_);
    if (view_ == nullptr) return;
    for (std::size_t i = 0; i < view_->size(); ++i) {
      if (policies_[i].passive_failures == 0 && !policies_[i].health) continue;
      for (const auto& peer : (*view_)[i].peers) {
        peers.emplace_back(peer.state, policy::health_rules(policies_[i]));
      }
    }
  }
  for (const auto& [peer, rules] : peers) {
    if (const auto change = peer->health.settle(rules, steady_now())) {
      health_changed(*peer, *change);
    }
  }
}

void FleetState::tls_failed(const std::string& instance, const std::string& why) {
  log_.warning(
      fmt::format("no TLS with {}: {}; see [services.*.tls]: ca_file, server_name", instance, why));
}

void FleetState::health_changed(const PeerState& peer, const policy::HealthChange& change) {
  const std::string reason = policy::reason_of(change);
  const UnixMicros now = unix_now();
  {
    const std::lock_guard lock(mutex_);
    Facts& facts = facts_[key_of(peer)];
    facts.since = now;
    facts.reason = reason;
  }
  log_.about(journal::Category::service)
      .warning(fmt::format("service {}: {} is {}, was {}: {}", peer.service, place_of(peer),
                           name_of(change.to), name_of(change.from), reason));
  if (journal::Journal* journal = journal_) {
    journal->record_health(
        {now, peer.service, peer.instance, peer.address, change.from, change.to, reason});
  }
}

void FleetState::breaker_changed(const ServiceState& service, const PeerState* peer,
                                 const policy::BreakerChange& change) {
  record(service, peer, change, breaker_reason(change), "");
}

void FleetState::log_breaker(const std::string& what, const std::vector<Uuid>& failed) {
  const auto log = log_.about(journal::Category::service);
  if (failed.empty()) return log.warning(what);
  std::string others;
  for (const Uuid& id : failed) others += (others.empty() ? "" : " ") + to_string(id);
  log.warning(what, {{"request_id", to_string(failed.back())}, {"failed_requests", others}});
}

void FleetState::record(const ServiceState& service, const PeerState* peer,
                        const policy::BreakerChange& change, const std::string& reason,
                        const std::string& by) {
  const std::string instance = peer != nullptr ? peer->instance : std::string();
  {
    const std::lock_guard lock(mutex_);
    opened_by_[service.name + " " + instance] = {by, by.empty() ? "" : reason};
  }
  const std::string whose =
      peer == nullptr ? service.name : fmt::format("{}, {}", service.name, place_of(*peer));
  const policy::Breaker& breaker = peer != nullptr ? peer->breaker : service.breaker;
  std::vector<Uuid> failed;
  if (change.to == BreakerState::open && by.empty()) failed = breaker.failed_requests();
  log_breaker(fmt::format("breaker of {} is {}, was {}: {}{}", whose, name_of(change.to),
                          name_of(change.from), reason, by.empty() ? "" : ", by " + by),
              failed);
  journal::Journal* journal = journal_;
  if (journal == nullptr) return;
  journal->record_breaker(
      {unix_now(), service.name, instance, change.from, change.to, reason, std::move(failed), by});
}

}  // namespace gateway
