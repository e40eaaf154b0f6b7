#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gatewayd/proxy/attempt.h"
#include "gatewayd/proxy/view.h"
#include "shared/policy/retry.h"

namespace gateway::proxy {

// The attempts at one request: how many there were, at which peers, and whether there is to be
// another. Lives in forward().
class Attempts {
 public:
  // Without a retry table a peer that cannot be reached is passed over all the same, as nothing has
  // been sent to it: so many of them.
  static constexpr std::uint32_t kMaxConnects = 3;

  Attempts(const Outgoing& request, const ServiceView& service, const config::RouteUpstream& route);

  void begin(std::uint32_t peer);
  std::uint32_t number() const { return number_; }  // counts from 1
  std::span<const std::uint32_t> tried() const { return {tried_.data(), tried_count_}; }

  // Whether an answer with this status is dropped for another attempt, which then is to be made.
  bool drops(std::uint16_t status);
  // Whether there is to be another attempt after one that ended so.
  bool again(const AttemptEnd& end);
  // Whether a second attempt may begin beside the current one.
  bool hedges();
  // When the next attempt may begin.
  SteadyTime pause_until(SteadyTime now, std::uint32_t random) const;

 private:
  static constexpr std::size_t kMostTried = 10;  // as many as attempts can be configured

  policy::Repeatable repeatable() const;
  bool passes_over(const AttemptEnd& end) const;

  const Outgoing& request_;
  const ServiceView& service_;
  policy::RetryRules rules_;
  std::uint32_t number_ = 0;
  bool backs_off_ = false;
  std::size_t tried_count_ = 0;
  std::array<std::uint32_t, kMostTried> tried_;
};

}  // namespace gateway::proxy
