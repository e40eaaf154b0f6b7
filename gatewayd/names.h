#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/net/look_ups.h"
#include "gatewayd/proxy/fleet.h"
#include "shared/config/model.h"

namespace gateway {

// The addresses of the instances' names: looked up when a config comes, and again as often as each
// service says. A name that is not found for a while keeps the addresses it had; one that never had
// any is asked for every kMissingAgain at least. Owned by the daemon.
class Names {
 public:
  static constexpr milliseconds kMissingAgain{5000};

  explicit Names(journal::DaemonLog& log, net::LookUps::Resolver resolver = net::resolve)
      : log_(log), look_ups_(std::move(resolver)) {}

  // The addresses of every instance in `config`, which replaces the one before: as fresh as the
  // name service tells them within `patience`. One thread at a time.
  proxy::Addresses look_up(const config::Config& config, milliseconds patience);

  // Asks for the names that are due; waits for nothing. To be called every second or so, by one
  // thread.
  void ask_due(const config::Config& config, SteadyTime now);
  // Whether any name has other addresses since the last call. By the same thread.
  bool changed();
  // The addresses of `config`'s instances as they are known now. Any thread.
  proxy::Addresses known(const config::Config& config) const;

 private:
  void tell(const std::string& host);

  journal::DaemonLog& log_;
  net::LookUps look_ups_;
  std::uint64_t seen_changes_ = 0;
  std::map<std::string, SteadyTime> due_;  // by service
  std::set<std::string> missed_;           // names that were not found when last told
};

}  // namespace gateway
