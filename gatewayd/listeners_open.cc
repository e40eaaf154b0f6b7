#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "gatewayd/listeners.h"

// Where the sockets of a config come from: this process has them, it inherited them, or it opens
// them.
namespace gateway {
namespace {

std::string asked_address(const config::Listener& listener) {
  const auto address = parse_ip(listener.host);
  if (!address) return fmt::format("{}:{}", listener.host, listener.port);
  return net::to_string(net::Endpoint{*address, listener.port});
}

int copy_of(int fd) {
  return ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

// The one of `all` that the listener is: of its name and address or, having been renamed, of its
// address alone. Skips those that `claimed` has.
template <class Item>
const Item* match(const std::vector<Item>& all, const config::Listener& listener,
                  const std::vector<std::uint32_t>& claimed) {
  const std::string asked = asked_address(listener);
  const Item* renamed = nullptr;
  for (const Item& item : all) {
    if (item.asked != asked || std::count(claimed.begin(), claimed.end(), item.id) > 0) continue;
    if (item.name == listener.name) return &item;
    if (renamed == nullptr) renamed = &item;
  }
  return renamed;
}

}  // namespace

// By name first, else by address.
const Inherited* Listeners::find_inherited(const config::Listener& listener,
                                           const Plan& plan) const {
  const std::string asked = asked_address(listener);
  const Inherited* found = nullptr;
  for (const Inherited& one : inherited_) {
    const auto is_taken = [&](const Fresh& fresh) { return fresh.from == &one; };
    if (std::any_of(plan.fresh_.begin(), plan.fresh_.end(), is_taken)) continue;
    if (one.name == listener.name && (one.held || one.asked == asked)) return &one;
    if (one.asked == asked && found == nullptr) found = &one;
  }
  return found;
}

// Whether a socket of this process, or one that was handed to it, has the port, on whatever
// address: it may overlap with what is opened, and is no stranger's.
bool Listeners::has_port(std::uint16_t port, const Plan& plan) const {
  const auto is_of = [port](const Listening& one) { return one.bound.port == port; };
  return std::any_of(listening_.begin(), listening_.end(), is_of) ||
         std::any_of(left_.begin(), left_.end(), is_of) ||
         std::any_of(plan.fresh_.begin(), plan.fresh_.end(),
                     [&](const Fresh& fresh) { return is_of(fresh.listening); }) ||
         std::any_of(inherited_.begin(), inherited_.end(), [port](const Inherited& one) {
           return one.asked.ends_with(fmt::format(":{}", port));
         });
}

// Every worker gets at least one socket and every socket at least one worker: sockets that share
// nothing as far as they go, descriptors of the same one beyond.
Result<Listeners::Fresh, std::string> Listeners::adopt(const config::Listener& listener,
                                                       const Inherited& inherited) const {
  const std::size_t sockets = inherited.sockets.size();
  Fresh fresh;
  fresh.from = &inherited;
  fresh.sockets.resize(workers_.size());
  for (std::size_t i = 0; i < std::max(sockets, workers_.size()); ++i) {
    const int fd = copy_of(inherited.sockets[i % sockets].get());
    auto adopted = net::Listener::adopt(fd);
    if (!adopted.ok()) return fmt::format("listener {}: {}", listener.name, adopted.error());
    if (i < sockets) fresh.listening.sockets.push_back(fd);
    fresh.listening.bound = (*adopted)->endpoint();
    fresh.sockets[i % workers_.size()].push_back(std::move(*adopted));
  }
  fresh.listening.held = inherited.held;
  fresh.listening.shared = inherited_shared_;
  return fresh;
}

Result<Listeners::Fresh, std::string> Listeners::open_fresh(const config::Listener& listener,
                                                            bool alone) const {
  const auto address = parse_ip(listener.host);
  if (!address)
    return fmt::format("listener {}: {} is no IP address", listener.name, listener.host);
  Fresh fresh;
  fresh.listening.bound = {*address, listener.port};
  fresh.sockets.resize(workers_.size());
  if (alone) {
    const auto taken = net::Listener::taken(fresh.listening.bound);
    if (taken) return fmt::format("listener {}: {}", listener.name, *taken);
  }
  for (auto& of_worker : fresh.sockets) {
    // After the first, `bound` has the port that the kernel chose.
    auto socket = net::Listener::open(fresh.listening.bound);
    if (!socket.ok()) return fmt::format("listener {}: {}", listener.name, socket.error());
    fresh.listening.bound = (*socket)->endpoint();
    fresh.listening.sockets.push_back((*socket)->fd());
    of_worker.push_back(std::move(*socket));
  }
  return fresh;
}

Result<Listeners::Plan, std::string> Listeners::open(const config::Config& config) const {
  Plan plan;
  std::vector<std::uint32_t> claimed;
  for (const config::Listener& listener : config.listeners) {
    const Listening* known = match(listening_, listener, claimed);
    if (known == nullptr) known = match(left_, listener, claimed);
    if (known != nullptr) {
      claimed.push_back(known->id);
      plan.kept_.push_back({known->id, listener.name});
      continue;
    }
    const Inherited* inherited = find_inherited(listener, plan);
    auto fresh = inherited != nullptr ? adopt(listener, *inherited)
                                      : open_fresh(listener, !has_port(listener.port, plan));
    if (!fresh.ok()) return fresh.error();
    fresh->listening.name = listener.name;
    fresh->listening.asked = asked_address(listener);
    plan.fresh_.push_back(std::move(*fresh));
  }
  return plan;
}

}  // namespace gateway
