#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/loop.h"
#include "shared/base/result.h"

namespace gateway::net {

// One SO_REUSEPORT socket of one worker on one address: the kernel spreads connections over the
// workers, and no lock is shared.
class Listener final : public Watcher {
 public:
  using Accepted = std::function<void(int fd, const Endpoint& peer)>;

  // Binds and listens; any thread. The error says what failed, where, and what to do.
  static Result<std::unique_ptr<Listener>, std::string> open(const Endpoint& endpoint);
  ~Listener() override;

  // Hands each new connection to `accepted`. On the loop's thread.
  void start(Loop& loop, Accepted accepted);
  // Takes what the kernel has already accepted for us, then stops: closing a listening socket
  // resets those connections otherwise. On the loop's thread.
  void stop();

  const Endpoint& endpoint() const { return endpoint_; }  // with the port that the kernel chose

  void ready(std::uint32_t events) override;

 private:
  Listener(int fd, const Endpoint& endpoint);
  std::size_t accept_some(std::size_t most);
  void refuse_one();

  int fd_;
  int spare_;
  Endpoint endpoint_;
  Loop* loop_ = nullptr;
  Accepted accepted_;
};

}  // namespace gateway::net
