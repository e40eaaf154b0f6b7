#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/ip.h"
#include "shared/base/result.h"
#include "shared/control/queries.h"

namespace gateway::control {

// Whose use of limits is asked for: ?client=203.0.113.9&user=u-17. Limits of everyone need neither.
struct LimitSubject {
  std::optional<IpAddress> client;
  std::string user;  // empty: none
};
Result<LimitSubject, ParamError> parse_limit_subject(const Params& params);

struct LimitRuleUsage {
  std::string name;
  std::vector<std::string> key;
  std::uint64_t limit = 0;  // with its burst, as it is in force now
  milliseconds window{};
  std::string algorithm;
  std::string mode;
  std::uint32_t in_force_percent = 100;  // less: an adaptive limit that is shrunk
  std::uint64_t refused = 0;             // since the start
  std::uint64_t observed = 0;            // let through, as the limit only observes
  // Of the subject, or of everyone; none: the limit counts what was not asked for.
  std::optional<std::uint64_t> used;
  std::optional<std::uint64_t> remaining;
  std::optional<UnixMicros> resets_at;
};

// GET /api/v1/gateway/rate-limits
struct LimitUsage {
  std::vector<LimitRuleUsage> rules;  // in the order of the config
  std::uint64_t counters = 0;         // that count for something now
  std::uint64_t capacity = 0;         // of the table of counters
};
void to_json(nlohmann::json& json, const LimitUsage& usage);

}  // namespace gateway::control
