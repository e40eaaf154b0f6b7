#include "gatewayd/net/look_ups.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace gateway::net {

// Shared with the threads, which may be held by a name server when their owner is gone.
struct LookUps::State {
  struct Name {
    std::optional<Answer> latest;
    bool under_way = false;
  };

  explicit State(Resolver asks) : resolver(std::move(asks)) {}

  // Under the mutex.
  void answered(const std::string& host, Result<std::vector<IpAddress>, std::string> found) {
    --under_way;
    const auto known = names.find(host);
    if (known == names.end()) return;  // forgotten meanwhile
    Name& name = known->second;
    name.under_way = false;
    if (!name.latest) name.latest.emplace();
    if (!found.ok() || found->empty()) {
      name.latest->fault = found.ok() ? "it has no address" : found.error();
      return;
    }
    name.latest->fault.clear();
    std::sort(found->begin(), found->end(),
              [](const IpAddress& a, const IpAddress& b) { return a.bytes < b.bytes; });
    if (name.latest->addresses == *found) return;
    name.latest->addresses = std::move(*found);
    ++changes;
  }

  const Resolver resolver;
  std::mutex mutex;  // guards what follows
  std::condition_variable asked;
  std::condition_variable answer_came;
  std::map<std::string, Name> names;
  std::deque<std::string> waiting;
  std::size_t under_way = 0;  // waiting ones as well
  std::size_t threads = 0;
  std::uint64_t changes = 0;
  bool ending = false;
};

LookUps::LookUps(Resolver resolver) : state_(std::make_shared<State>(std::move(resolver))) {}

LookUps::~LookUps() {
  const std::lock_guard lock(state_->mutex);
  state_->ending = true;
  state_->asked.notify_all();
}

void LookUps::ask(const std::string& host) {
  const std::lock_guard lock(state_->mutex);
  State::Name& name = state_->names[host];
  if (name.under_way) return;
  name.under_way = true;
  ++state_->under_way;
  state_->waiting.push_back(host);
  if (state_->threads < std::min(kThreads, state_->under_way)) {
    std::thread([state = state_] { serve(state); }).detach();
    ++state_->threads;
  }
  state_->asked.notify_one();
}

void LookUps::serve(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->asked.wait(lock, [&] { return state->ending || !state->waiting.empty(); });
    if (state->ending) return;
    const std::string host = std::move(state->waiting.front());
    state->waiting.pop_front();
    lock.unlock();
    auto found = state->resolver(host);
    lock.lock();
    state->answered(host, std::move(found));
    state->answer_came.notify_all();
  }
}

bool LookUps::wait(const std::set<std::string>& hosts, milliseconds patience) const {
  std::unique_lock lock(state_->mutex);
  const auto is_settled = [&](const std::string& host) {
    const auto known = state_->names.find(host);
    return known == state_->names.end() || !known->second.under_way;
  };
  return state_->answer_came.wait_for(
      lock, patience, [&] { return std::all_of(hosts.begin(), hosts.end(), is_settled); });
}

std::optional<LookUps::Answer> LookUps::latest(const std::string& host) const {
  const std::lock_guard lock(state_->mutex);
  const auto known = state_->names.find(host);
  return known == state_->names.end() ? std::nullopt : known->second.latest;
}

std::uint64_t LookUps::changes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->changes;
}

void LookUps::keep_only(const std::set<std::string>& hosts) {
  const std::lock_guard lock(state_->mutex);
  std::erase_if(state_->names, [&](const auto& name) { return !hosts.contains(name.first); });
}

}  // namespace gateway::net
