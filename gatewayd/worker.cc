#include "gatewayd/worker.h"

#include <pthread.h>

#include <future>
#include <string>

#include "gatewayd/proxy/connection.h"

namespace gateway {

Worker::Worker(std::size_t index, const proxy::Shared& shared) : context_(loop_, index, shared) {}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  call([this] { listeners_.clear(); });
  abort();
  loop_.stop();
  thread_.join();
}

void Worker::start() {
  thread_ = std::thread([this] { loop_.run(); });
  ::pthread_setname_np(thread_.native_handle(),
                       ("worker " + std::to_string(context_.worker)).c_str());
}

void Worker::call(const std::function<void()>& work) {
  std::promise<void> done;
  loop_.post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void Worker::publish(std::shared_ptr<const decision::Snapshot> snapshot,
                     std::shared_ptr<const proxy::FleetView> fleet,
                     std::shared_ptr<const metrics::Generation> figures,
                     std::shared_ptr<proxy::KeySource> keys, const proxy::Sinks& sinks) {
  call([&] {
    context_.view = context_.upstreams.make_view(snapshot, std::move(fleet), std::move(figures),
                                                 context_.worker + 1);
    context_.keys = std::move(keys);
    context_.sinks = sinks;
    context_.decisions.use_keys(context_.keys != nullptr ? context_.keys->current() : nullptr);
    context_.decisions.adopt(*snapshot);
  });
}

void Worker::refresh_keys() {
  call([this] {
    if (context_.keys != nullptr) context_.decisions.use_keys(context_.keys->current());
  });
}

void Worker::add_listener(std::uint32_t id, std::unique_ptr<net::Listener> listener) {
  call([&] {
    listener->start(loop_, [this, &door = doors_[id]](int fd, const net::Endpoint& peer) {
      proxy::serve_connection(context_, fd, peer, door);
    });
    listeners_.emplace(id, std::move(listener));
  });
}

void Worker::set_door(std::uint32_t id, std::shared_ptr<const proxy::Door> door) {
  call([&] { doors_[id] = std::move(door); });
}

void Worker::refuse_on(std::uint32_t id) {
  call([&] {
    const auto [first, last] = listeners_.equal_range(id);
    for (auto item = first; item != last; ++item) item->second->refuse_new();
  });
}

void Worker::welcome_on(std::uint32_t id) {
  call([&] {
    const auto [first, last] = listeners_.equal_range(id);
    for (auto item = first; item != last; ++item) item->second->welcome_new();
  });
}

void Worker::stop_listener(std::uint32_t id) {
  call([&] {
    const auto [first, last] = listeners_.equal_range(id);
    for (auto item = first; item != last; ++item) item->second->stop();
    listeners_.erase(first, last);
    doors_.erase(id);
  });
}

void Worker::leave_listener(std::uint32_t id) {
  call([&] {
    listeners_.erase(id);
    doors_.erase(id);
  });
}

void Worker::drain() {
  call([this] {
    context_.draining = true;
    for (proxy::ClientConnection* connection : context_.connections) connection->drain();
    context_.upstreams.close_idle();
  });
}

void Worker::end_idle(milliseconds patience) {
  call([&] {
    // A copy: a connection that ends leaves the list.
    const auto connections = context_.connections;
    for (proxy::ClientConnection* connection : connections) connection->end_idle(patience);
  });
}

void Worker::abort() {
  // An aborted connection may still have to end a wait of its own, so it may take a few turns.
  constexpr int kMostTurns = 100;
  bool empty = false;
  for (int turn = 0; !empty && turn < kMostTurns; ++turn) {
    call([&] {
      const auto connections = context_.connections;
      for (proxy::ClientConnection* connection : connections) connection->abort();
      const auto copies = context_.mirrored_waits;
      for (const auto& [copy, wait] : copies) {
        if (wait != nullptr && context_.mirrored_waits.contains(copy)) wait->interrupt();
      }
      context_.upstreams.cut_links();
      empty = context_.connections.empty() && context_.mirrored_waits.empty() &&
              !context_.upstreams.has_links();
    });
  }
}

bool Worker::came_round() {
  if (!came_round_.exchange(false)) return false;
  loop_.post([this] { came_round_ = true; });
  return true;
}

std::map<std::string, std::size_t> Worker::idle_upstream_connections(
    const std::vector<std::string>& urls) {
  std::map<std::string, std::size_t> idle;
  call([&] {
    for (const std::string& url : urls) idle[url] = context_.upstreams.idle(url);
  });
  return idle;
}

}  // namespace gateway
