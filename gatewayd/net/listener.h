#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gatewayd/net/endpoint.h"
#include "gatewayd/net/loop.h"
#include "shared/base/result.h"

namespace gateway::net {

// One listening socket of one worker on one address. Opened here it is SO_REUSEPORT: the kernel
// spreads connections over the workers, and no lock is shared.
//
// Closing a listening socket resets the connections that wait in its queue, and those whose
// handshake is under way. So one that goes for good first refuses new ones, goes on accepting for
// as long as a handshake takes, and then stops.
class Listener final : public Watcher {
 public:
  using Accepted = std::function<void(int fd, const Endpoint& peer)>;

  // Binds and listens; any thread. The error says what failed, where, and what to do.
  static Result<std::unique_ptr<Listener>, std::string> open(const Endpoint& endpoint);
  // Why it cannot be had alone; nothing: it can. open() would not tell: another process of the same
  // user may share the port, and each would get a part of the connections.
  static std::optional<std::string> taken(const Endpoint& endpoint);
  // Takes over a listening socket that was made elsewhere. The error says why it is none.
  static Result<std::unique_ptr<Listener>, std::string> adopt(int fd);
  ~Listener() override;

  // Hands each new connection to `accepted`. On the loop's thread.
  void start(Loop& loop, Accepted accepted);

  // Has the kernel drop what asks for a new connection: who asks tries again a second later, and is
  // then refused or taken by whoever listens. Handshakes under way come to their end. Any thread.
  void refuse_new();
  void welcome_new();  // undoes it

  // Takes what the kernel has accepted for us, then closes. On the loop's thread.
  void stop();
  // Closes this descriptor of a socket that another process listens on, and leaves the queue to
  // that one. On the loop's thread.
  void leave();

  const Endpoint& endpoint() const { return endpoint_; }  // with the port that the kernel chose
  int fd() const { return fd_; }

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
