#pragma once

#include <vector>

#include "shared/base/ip.h"

namespace gateway::policy::naive {

struct Answer {
  bool allowed;
  bool matched;
  Cidr by;
};

// IpRules as its comment says it, one prefix after the other.
inline Answer decide(const std::vector<Cidr>& allow, const std::vector<Cidr>& deny,
                     const IpAddress& address) {
  Answer answer{allow.empty(), false, {}};
  const auto look = [&](const std::vector<Cidr>& list, bool allowed) {
    for (const Cidr& prefix : list) {
      const bool is_v4 = prefix.network.is_v4() && prefix.bits >= 96;
      if (is_v4 != address.is_v4() || !prefix.contains(address)) continue;
      const bool longer = !answer.matched || prefix.bits > answer.by.bits ||
                          (prefix.bits == answer.by.bits && !allowed);
      if (longer) answer = {allowed, true, prefix};
    }
  };
  look(allow, true);
  look(deny, false);
  return answer;
}

}  // namespace gateway::policy::naive
