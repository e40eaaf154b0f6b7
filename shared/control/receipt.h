#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace gateway::control {

// What a reload did not carry over, and why.
struct Reset {
  std::string what;  // "limit everyone", "connections to http://10.0.2.15:8000"
  std::string why;   // "its window changed"
};

// What no longer takes new work and finishes what it has.
struct Draining {
  std::string what;                       // an address
  std::optional<std::uint64_t> requests;  // in flight; none: not counted
};

// What a reload carried over and what it did not. In JSON "kept" has the numbers.
struct Receipt {
  std::uint64_t connections = 0;     // of clients: all of them go on
  std::uint64_t limit_counters = 0;  // that still count for something
  std::uint64_t pooled = 0;          // idle upstream connections
  std::uint32_t breakers = 0;        // that keep their state...
  std::uint32_t breakers_total = 0;  // ...of those that there were
  std::vector<Reset> reset;
  std::vector<Draining> draining;
};

void to_json(nlohmann::json& json, const Receipt& receipt);
void from_json(const nlohmann::json& json, Receipt& receipt);

}  // namespace gateway::control
