#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gatewayd/acme/challenges.h"
#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/net/offload.h"
#include "shared/base/clock.h"
#include "shared/config/model.h"
#include "shared/policy/certificate.h"

namespace gateway::acme {

// The names of one certificate, the first one naming its file.
using Names = std::vector<std::string>;

// A certificate for certain names, or what stands in until there is one.
struct Held {
  policy::Certificate::Pointer certificate;
  bool is_stand_in = false;
};

// Gets certificates by ACME (RFC 8555) and renews them when a third of their time is left. The
// account's key and the certificates live in the state folder, each certificate in one file with
// its key. What fails is tried again, after a pause that doubles. Owned by the daemon; any thread.
class Renewal {
 public:
  explicit Renewal(journal::DaemonLog& log) : log_(log) {}

  // What serves for `names`: from memory, from the state folder, or a stand-in that is made now.
  Held certificate_of(const config::Acme& acme, const Names& names);

  // From now on certificates for these are kept up to date.
  void adopt(std::optional<config::Acme> acme, std::string authorities, std::vector<Names> wanted);

  // Orders on `pool` what is due.
  void tick(net::Offload& pool, SteadyTime now, std::int64_t unix_now);
  // Whether certificates have come since the last call, so that doors must be made anew.
  bool take_renewed() { return renewed_.exchange(false); }

  const Challenges& challenges() const { return challenges_; }

 private:
  struct Order {
    Held held;
    SteadyTime next_try{};
    milliseconds pause{};
    bool under_way = false;
  };

  void order(const config::Acme& acme, const std::string& authorities, const Names& names,
             std::stop_token stop);
  bool is_due(const Order& order, const Names& names, SteadyTime now, std::int64_t unix_now) const;

  journal::DaemonLog& log_;
  Challenges challenges_;
  std::atomic<bool> renewed_ = false;
  std::mutex mutex_;  // guards what follows
  std::optional<config::Acme> acme_;
  std::string authorities_;
  std::vector<Names> wanted_;
  std::map<Names, Order> orders_;
};

}  // namespace gateway::acme
