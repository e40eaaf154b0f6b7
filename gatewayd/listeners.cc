#include "gatewayd/listeners.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gateway {
namespace {

int copy_of(int fd) {
  return ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

}  // namespace

std::vector<control::ListenerState> Listeners::states() const {
  const std::lock_guard lock(mutex_);
  std::vector<control::ListenerState> states;
  for (const Listening& listening : listening_) {
    states.push_back({listening.name, net::to_string(listening.bound)});
  }
  return states;
}

void Listeners::inherit(std::vector<Inherited> sockets, bool shared) {
  inherited_ = std::move(sockets);
  inherited_shared_ = shared;
}

void Listeners::set_door(const Listening& listening, const proxy::Doors& doors) {
  for (const auto& worker : workers_) worker->set_door(listening.id, doors.at(listening.name));
}

std::vector<std::string> Listeners::take(Plan plan, const proxy::Doors& doors) {
  std::vector<Listening> next;
  for (const Plan::Kept& kept : plan.kept_) {
    const auto is_it = [&](const Listening& listening) { return listening.id == kept.id; };
    auto found = std::find_if(listening_.begin(), listening_.end(), is_it);
    if (found != listening_.end()) {
      next.push_back(*found);
      next.back().name = kept.name;
      set_door(next.back(), doors);
    } else {
      found = std::find_if(left_.begin(), left_.end(), is_it);
      next.push_back(*found);
      left_.erase(found);
      next.back().name = kept.name;
      set_door(next.back(), doors);
      for (const auto& worker : workers_) worker->welcome_on(kept.id);
      log_.info(fmt::format("listening on {} ({})", net::to_string(next.back().bound), kept.name));
    }
  }
  for (Fresh& fresh : plan.fresh_) {
    fresh.listening.id = ++last_id_;
    set_door(fresh.listening, doors);
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      for (auto& socket : fresh.sockets[i]) workers_[i]->add_listener(last_id_, std::move(socket));
    }
    log_.info(fmt::format("listening on {} ({})", net::to_string(fresh.listening.bound),
                          fresh.listening.name));
    next.push_back(fresh.listening);
  }
  forget_inherited(plan);
  std::vector<Listening> gone;
  {
    const std::lock_guard lock(mutex_);
    gone = std::exchange(listening_, std::move(next));
  }
  std::vector<std::string> addresses;
  for (Listening& listening : gone) {
    const auto stays = [&](const Listening& one) { return one.id == listening.id; };
    if (std::any_of(listening_.begin(), listening_.end(), stays)) continue;
    addresses.push_back(net::to_string(listening.bound));
    log_.info(fmt::format("no longer listening on {} ({})", addresses.back(), listening.name));
    leave(std::move(listening));
  }
  return addresses;
}

void Listeners::renew(const proxy::Doors& doors) {
  for (const Listening& listening : listening_) set_door(listening, doors);
}

// What the plan uses is a listener's now. What it does not use stays if the service manager holds
// it: a later config may have a listener for it, and could not bind beside it.
void Listeners::forget_inherited(const Plan& plan) {
  const bool first = listening_.empty();
  std::vector<Inherited> rest;
  for (Inherited& one : inherited_) {
    const auto is_used = [&](const Fresh& fresh) { return fresh.from == &one; };
    if (std::any_of(plan.fresh_.begin(), plan.fresh_.end(), is_used)) {
      used_.push_back(one.name);
      continue;
    }
    if (!one.held) continue;
    if (first) {
      log_.warning(
          fmt::format("no listener of the config is the inherited socket {} ({}): whoever "
                      "connects to it waits in vain",
                      one.asked, one.name));
    }
    rest.push_back(std::move(one));
  }
  inherited_ = std::move(rest);
}

void Listeners::leave(Listening listening) {
  if (listening.held) inherited_.push_back(copy(listening));
  if (!listening.is_alone()) return close(listening);
  for (const auto& worker : workers_) worker->refuse_on(listening.id);
  listening.left_at = std::chrono::steady_clock::now();
  left_.push_back(std::move(listening));
}

void Listeners::close(const Listening& listening) {
  for (const auto& worker : workers_) {
    if (listening.is_alone()) {
      worker->stop_listener(listening.id);
    } else {
      worker->leave_listener(listening.id);
    }
  }
}

void Listeners::leave_all() {
  std::vector<Listening> gone;
  {
    const std::lock_guard lock(mutex_);
    gone = std::exchange(listening_, {});
  }
  for (Listening& listening : gone) leave(std::move(listening));
}

bool Listeners::close_left() {
  const SteadyTime now = std::chrono::steady_clock::now();
  const auto is_over = [&](const Listening& one) { return now - one.left_at >= kHandshakeTime; };
  for (const Listening& listening : left_) {
    if (is_over(listening)) close(listening);
  }
  std::erase_if(left_, is_over);
  return left_.empty();
}

Inherited Listeners::copy(const Listening& listening) {
  Inherited one{listening.name, listening.asked, listening.held, {}};
  if (listening.held) one.asked = net::to_string(listening.bound);
  for (const int socket : listening.sockets) one.sockets.emplace_back(copy_of(socket));
  return one;
}

std::vector<Inherited> Listeners::copy_all() const {
  std::vector<Inherited> all;
  for (const Listening& listening : listening_) all.push_back(copy(listening));
  return all;
}

void Listeners::share(const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  for (Listening& listening : listening_) {
    listening.shared = std::count(names.begin(), names.end(), listening.name) > 0;
  }
}

void Listeners::own_all() {
  inherited_shared_ = false;
  const std::lock_guard lock(mutex_);
  for (Listening& listening : listening_) listening.shared = false;
}

}  // namespace gateway
