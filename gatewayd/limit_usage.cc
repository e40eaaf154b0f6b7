#include "gatewayd/daemon.h"
#include "gatewayd/status.h"
#include "shared/policy/limit_rule.h"

namespace gateway {
namespace {

// Whether the subject tells all that the limit counts apart.
bool tells(const control::LimitSubject& subject, const config::Limit& limit) {
  for (const auto& part : limit.key) {
    const std::string& name = part.value;
    // Who is anonymous counts by his address.
    const bool known = name == "global" || (name == "ip" && subject.client) ||
                       (name == "user" && (!subject.user.empty() || subject.client));
    if (!known) return false;
  }
  return true;
}

void count_refusals(const metrics::Generation& figures, std::size_t rule,
                    control::LimitRuleUsage& usage) {
  if (rule >= figures.rules.size()) return;
  for (std::size_t worker = 0; worker < figures.workers; ++worker) {
    usage.refused += figures.rules[rule].of_worker(worker).refused.read();
    usage.observed += figures.rules[rule].of_worker(worker).observed.read();
  }
}

}  // namespace

control::LimitUsage ControlBackend::limit_usage(const control::LimitSubject& subject) const {
  const auto applied = daemon_.applied();
  const decision::Snapshot& snapshot = *applied->snapshot;
  const policy::LimitTable& table = daemon_.limit_table();
  const auto figures = daemon_.figures();
  policy::LimitRequest request;
  request.now = SystemClock().unix_now();
  request.client = subject.client.value_or(IpAddress{});
  request.user = subject.user;

  control::LimitUsage usage;
  usage.counters = table.count_live(request.now);
  usage.capacity = table.capacity();
  for (std::size_t i = 0; i < snapshot.config.limits.size(); ++i) {
    const config::Limit& limit = snapshot.config.limits[i];
    const policy::LimitRule& rule = snapshot.limits[static_cast<std::uint32_t>(i)];
    const std::uint32_t factor = snapshot.limit_factors->of(static_cast<std::uint32_t>(i));
    const policy::Rate rate = policy::scaled(rule.rate(), factor);
    control::LimitRuleUsage& entry = usage.rules.emplace_back();
    entry.name = limit.name;
    entry.key.assign(limit.key.begin(), limit.key.end());
    entry.limit = rate.capacity;
    entry.window = limit.window;
    entry.algorithm = limit.algorithm == config::Limit::Algorithm::token_bucket ? "token_bucket"
                                                                                : "sliding_window";
    entry.mode = limit.observe ? "observe" : "enforce";
    entry.in_force_percent = factor * 100 / policy::kFullFactor;
    if (figures != nullptr) count_refusals(*figures, i, entry);
    if (!tells(subject, limit)) continue;
    const policy::Tally tally =
        table.look(rule.entry_id(table.key(), 0, request), rate, request.now);
    // What a request now would find, without that request.
    const std::uint64_t with_it =
        tally.allowed ? std::min<std::uint64_t>(rate.cost, tally.used) : 0;
    entry.used = tally.used - with_it;
    entry.remaining = tally.remaining + with_it;
    entry.resets_at = tally.reset * 1'000'000;
  }
  return usage;
}

}  // namespace gateway
