#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "shared/policy/balance.h"

namespace gateway::policy {

constexpr SteadyTime kNow{1h};

inline config::UpstreamPolicies balanced_by(config::Balance balance,
                                            milliseconds slow_start = milliseconds(0)) {
  config::UpstreamPolicies policies;
  policies.balance = balance;
  policies.slow_start = slow_start;
  return policies;
}

inline std::vector<std::uint64_t> peer_ids(std::size_t count) {
  std::vector<std::uint64_t> ids;
  for (std::size_t i = 0; i < count; ++i) {
    ids.push_back(peer_id("http://10.0.0." + std::to_string(i) + ":8080"));
  }
  return ids;
}

inline std::vector<Candidate> peers(std::initializer_list<std::uint32_t> weights) {
  std::vector<Candidate> all;
  for (const std::uint32_t weight : weights) {
    all.emplace_back();
    all.back().weight = weight;
  }
  return all;
}

// 0 to sides - 1.
inline std::uint32_t roll(std::mt19937_64& random, std::uint32_t sides) {
  return static_cast<std::uint32_t>(random() % sides);
}

// Peers of random weights and loads, some of them not usable.
inline std::vector<Candidate> random_peers(std::mt19937_64& random, std::size_t most) {
  std::vector<Candidate> all(1 + random() % most);
  const bool equal = roll(random, 2) == 0;
  const std::uint32_t busiest = roll(random, 4) == 0 ? 1 : 30;
  for (Candidate& one : all) {
    one.weight = equal ? 1 : 1 + roll(random, 10);
    one.in_flight = roll(random, busiest);
    one.usable = roll(random, 5) != 0;
  }
  return all;
}

// Everything that may be chosen: usable and not tried, else usable.
inline std::vector<std::size_t> eligible(const std::vector<Candidate>& all,
                                         const std::vector<std::uint32_t>& tried) {
  std::vector<std::size_t> fresh;
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].usable) continue;
    usable.push_back(i);
    if (std::find(tried.begin(), tried.end(), i) == tried.end()) fresh.push_back(i);
  }
  return fresh.empty() ? usable : fresh;
}

inline BalanceAsk ask_at(SteadyTime now, std::uint64_t number = 0,
                         const std::vector<std::uint32_t>& tried = {}) {
  return {now, number, number, tried};
}

}  // namespace gateway::policy
