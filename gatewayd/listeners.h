#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gatewayd/inherited.h"
#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/worker.h"
#include "shared/config/model.h"
#include "shared/control/messages.h"

namespace gateway {

// How long a socket that goes for good accepts what asked for a connection before it did: a
// handshake's last segment comes a round trip after its first.
inline constexpr milliseconds kHandshakeTime{200};

// The listening sockets of the running config: opened, inherited, kept over reloads, closed without
// losing a connection, shown to a successor. Owned by the daemon; changed by one thread at a time
// (under its reload mutex), states() is for any.
class Listeners {
 public:
  using Workers = std::vector<std::unique_ptr<Worker>>;
  Listeners(const Workers& workers, journal::DaemonLog& log) : workers_(workers), log_(log) {}

  // Sockets that open() may use instead of new ones. `shared`: another gatewayd listens on them as
  // well, until own_all().
  void inherit(std::vector<Inherited> sockets, bool shared);

  // What take() has to do for a config.
  class Plan;
  // Opens what `config` has and is not open yet; an error leaves everything as it was.
  Result<Plan, std::string> open(const config::Config& config) const;
  // Has the workers accept as planned, new connections through `doors`. What the plan does not have
  // leaves: see close_left(). Returns the addresses of those.
  std::vector<std::string> take(Plan plan, const proxy::Doors& doors);

  // New connections come through these from now on.
  void renew(const proxy::Doors& doors);

  void leave_all();
  // Closes what left long enough ago. True when nothing is left that has still to be closed.
  bool close_left();

  // Copies of all sockets, for a successor.
  std::vector<Inherited> copy_all() const;
  // The names that inherited sockets came under which listeners use now.
  const std::vector<std::string>& used() const { return used_; }
  // From now on another gatewayd listens on the sockets of these listeners as well...
  void share(const std::vector<std::string>& names);
  // ...or on none any more.
  void own_all();

  std::vector<control::ListenerState> states() const;

 private:
  struct Listening {
    std::uint32_t id = 0;
    std::string name;
    std::string asked;  // "address:port" of the config
    net::Endpoint bound;
    bool held = false;         // by the service manager
    bool shared = false;       // with another gatewayd
    std::vector<int> sockets;  // the workers', each once
    SteadyTime left_at{};

    bool is_alone() const { return !held && !shared; }
  };
  struct Fresh {
    Listening listening;
    std::vector<std::vector<std::unique_ptr<net::Listener>>> sockets;  // of each worker
    const Inherited* from = nullptr;
  };

  // `alone`: nobody else may listen there.
  Result<Fresh, std::string> open_fresh(const config::Listener& listener, bool alone) const;
  bool has_port(std::uint16_t port, const Plan& plan) const;
  Result<Fresh, std::string> adopt(const config::Listener& listener,
                                   const Inherited& inherited) const;
  const Inherited* find_inherited(const config::Listener& listener, const Plan& plan) const;
  void set_door(const Listening& listening, const proxy::Doors& doors);
  void forget_inherited(const Plan& plan);
  static Inherited copy(const Listening& listening);
  void leave(Listening listening);
  void close(const Listening& listening);

  const Workers& workers_;
  journal::DaemonLog& log_;
  std::uint32_t last_id_ = 0;
  std::vector<Inherited> inherited_;
  bool inherited_shared_ = false;
  std::vector<std::string> used_;
  std::vector<Listening> left_;  // not accepting new connections, not closed
  mutable std::mutex mutex_;     // guards listening_ against states()
  std::vector<Listening> listening_;
};

class Listeners::Plan {
 public:
  Plan() = default;
  Plan(Plan&&) = default;
  Plan& operator=(Plan&&) = default;

 private:
  friend class Listeners;
  struct Kept {
    std::uint32_t id;
    std::string name;  // it may have another from now on
  };
  std::vector<Kept> kept_;
  std::vector<Fresh> fresh_;
};

}  // namespace gateway
