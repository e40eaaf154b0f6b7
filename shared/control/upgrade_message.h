#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace gateway::control {

inline constexpr char kUpgradePath[] = "/api/v1/gateway/upgrade";  // POST

// What became of handing over to the program that is installed now.
struct UpgradeVerdict {
  bool accepted = false;
  std::int64_t process = 0;         // the one that serves now
  std::string version;              // of what is installed; empty: it was not asked
  std::int64_t before_process = 0;  // the one that was asked
  std::string before_version;
  std::uint64_t connections = 0;       // that the one before finishes...
  std::uint64_t drain_timeout_ms = 0;  // ...for at most so long
  std::string message;                 // when rejected: why, and what to do
  std::string report;  // what the new program says of the configuration; may be empty
};

void to_json(nlohmann::json& json, const UpgradeVerdict& verdict);
void from_json(const nlohmann::json& json, UpgradeVerdict& verdict);

}  // namespace gateway::control
