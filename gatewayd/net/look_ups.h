#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gatewayd/net/endpoint.h"
#include "shared/base/clock.h"

namespace gateway::net {

// Asks the name service on threads of its own: a name server that is down holds whoever asks for
// ten seconds and more. At most kThreads, started as names are asked for. At the end nobody waits
// for them: what they still ask for is forgotten. Any thread.
class LookUps {
 public:
  static constexpr std::size_t kThreads = 8;
  using Resolver = std::function<Result<std::vector<IpAddress>, std::string>(const std::string&)>;

  // `resolver`: called on the threads, also after this is gone.
  explicit LookUps(Resolver resolver = resolve);
  ~LookUps();
  LookUps(const LookUps&) = delete;
  LookUps& operator=(const LookUps&) = delete;

  // Looks `host` up, soon; nothing more when that is under way.
  void ask(const std::string& host);
  // Until nothing is under way for these names; false: something still is after `patience`.
  bool wait(const std::set<std::string>& hosts, milliseconds patience) const;

  struct Answer {
    std::vector<IpAddress> addresses;  // of the last look-up that found any, in numeric order
    std::string fault;                 // why the last one found none; empty: it did
  };
  // None: not answered yet.
  std::optional<Answer> latest(const std::string& host) const;
  // How often the addresses of a name have changed.
  std::uint64_t changes() const;
  // Forgets every other name.
  void keep_only(const std::set<std::string>& hosts);

 private:
  struct State;
  static void serve(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;
};

}  // namespace gateway::net
