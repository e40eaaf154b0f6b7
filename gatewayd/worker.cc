#include "gatewayd/worker.h"

#include <future>

#include "gatewayd/proxy/connection.h"

namespace gateway {

Worker::Worker(std::size_t index, const proxy::Shared& shared) : context_(loop_, index, shared) {}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  call([this] {
    for (auto& [name, listener] : listeners_) listener->stop();
    listeners_.clear();
  });
  abort();
  loop_.stop();
  thread_.join();
}

void Worker::start() {
  thread_ = std::thread([this] { loop_.run(); });
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
                     std::shared_ptr<const proxy::Addresses> addresses,
                     std::shared_ptr<proxy::KeySource> keys) {
  call([&] {
    context_.view = context_.upstreams.make_view(snapshot, *addresses);
    context_.keys = std::move(keys);
    context_.decisions.use_keys(context_.keys != nullptr ? context_.keys->current() : nullptr);
    context_.decisions.adopt(*snapshot);
  });
}

void Worker::refresh_keys() {
  call([this] {
    if (context_.keys != nullptr) context_.decisions.use_keys(context_.keys->current());
  });
}

void Worker::add_listener(const std::string& name, std::unique_ptr<net::Listener> listener) {
  call([&] {
    listener->start(loop_, [this](int fd, const net::Endpoint& peer) {
      proxy::serve_connection(context_, fd, peer);
    });
    listeners_[name] = std::move(listener);
  });
}

void Worker::remove_listener(const std::string& name) {
  call([&] {
    const auto found = listeners_.find(name);
    if (found == listeners_.end()) return;
    found->second->stop();
    listeners_.erase(found);
  });
}

void Worker::drain() {
  call([this] {
    for (auto& [name, listener] : listeners_) listener->stop();
    listeners_.clear();
    context_.draining = true;
    // A copy: a connection that ends leaves the list.
    const auto connections = context_.connections;
    for (proxy::ClientConnection* connection : connections) connection->drain();
    context_.upstreams.close_idle();
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
      empty = context_.connections.empty();
    });
  }
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
