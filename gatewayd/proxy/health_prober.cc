#include "gatewayd/proxy/health_prober.h"

#include <algorithm>
#include <utility>

namespace gateway::proxy {

// One target and when it is due.
class HealthProber::Probe final : public net::Timer, public std::enable_shared_from_this<Probe> {
 public:
  Probe(HealthProber& prober, Target wanted) : target(std::move(wanted)), prober_(prober) {}

  const Target target;
  std::unique_ptr<net::Stream> stream;  // of the check that runs
  SteadyTime began;                     // the last check
  bool gone = false;                    // no longer a target: its check's result is dropped

 private:
  void expired() override { prober_.due(*this); }
  HealthProber& prober_;
};

HealthProber::HealthProber(Report report)
    : report_(std::move(report)), thread_([this] { loop_.run(); }) {}

HealthProber::~HealthProber() {
  loop_.post([this] {
    ending_ = true;
    replace({});
    if (running_.empty()) loop_.stop();
  });
  thread_.join();
}

void HealthProber::set_targets(std::vector<Target> targets) {
  auto shared = std::make_shared<std::vector<Target>>(std::move(targets));
  loop_.post([this, shared] {
    if (!ending_) replace(std::move(*shared));
  });
}

void HealthProber::replace(std::vector<Target> targets) {
  const auto same = [](const Target& a, const Target& b) {
    return a.endpoint == b.endpoint && a.authority == b.authority && a.tls == b.tls &&
           *a.check == *b.check;
  };
  std::unordered_map<std::string, std::shared_ptr<Probe>> next;
  std::vector<std::shared_ptr<Probe>> fresh;
  next.reserve(targets.size());
  for (Target& target : targets) {
    const auto before = probes_.find(target.key);
    if (before != probes_.end() && same(before->second->target, target)) {
      next.insert(*before);
      continue;
    }
    const std::string key = target.key;
    auto probe = std::make_shared<Probe>(*this, std::move(target));
    if (next.emplace(key, probe).second) fresh.push_back(std::move(probe));
  }
  probes_.swap(next);
  for (const auto& [key, probe] : next) {
    const auto kept = probes_.find(key);
    if (kept == probes_.end() || kept->second != probe) drop(*probe);
  }
  // In the order of chance, so that the instances of one service are not asked all at once.
  std::shuffle(fresh.begin(), fresh.end(), chance_);
  milliseconds start{0};
  for (const auto& probe : fresh) {
    start += kStartGap;
    loop_.timers().arm(*probe, loop_.now() + start % std::max(probe->target.check->every, 1ms));
  }
}

void HealthProber::drop(Probe& probe) {
  probe.gone = true;
  probe.disarm();
  if (probe.stream != nullptr) probe.stream->interrupt();
}

void HealthProber::due(Probe& probe) {
  waiting_.push_back(probe.weak_from_this());
  start_waiting();
}

// A check may end before it first waits, and ask for the next: a loop, not a recursion.
void HealthProber::start_waiting() {
  if (starting_) return;
  starting_ = true;
  while (!waiting_.empty() && running_.size() < kMostAtOnce) {
    std::shared_ptr<Probe> probe = waiting_.front().lock();
    waiting_.pop_front();
    if (probe == nullptr || probe->gone) continue;
    running_.insert(probe);
    run(std::move(probe));
  }
  starting_ = false;
}

net::Detached HealthProber::run(std::shared_ptr<Probe> probe) {
  probe->began = std::chrono::steady_clock::now();
  const Target& target = probe->target;
  const HealthResult result = co_await check_health(loop_, buffers_, *target.check, target.endpoint,
                                                    target.authority, target.tls, probe->stream);
  finish(*probe, result);
}

void HealthProber::finish(Probe& probe, const HealthResult& result) {
  const std::shared_ptr<Probe> alive = probe.shared_from_this();
  running_.erase(alive);
  if (!probe.gone) {
    if (result.outcome != HealthResult::Outcome::none) report_(probe.target.key, result);
    loop_.timers().arm(probe, probe.began + jittered(probe.target.check->every));
  }
  start_waiting();
  if (ending_ && running_.empty()) loop_.stop();
}

milliseconds HealthProber::jittered(milliseconds every) {
  std::uniform_int_distribution<std::int64_t> tenth(-every.count() / 10, every.count() / 10);
  return every + milliseconds(tenth(chance_));
}

}  // namespace gateway::proxy
