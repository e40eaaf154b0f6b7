#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "shared/control/queries.h"

namespace gateway::control {

// A parameter as documents describe it.
struct ParamText {
  std::string_view name;
  std::string_view takes;
};

// Those of each question, from the tables that read them.
std::vector<ParamText> log_param_texts();
std::vector<ParamText> security_param_texts();
std::vector<ParamText> stats_param_texts();
std::vector<ParamText> open_breaker_texts();
std::vector<ParamText> history_param_texts();
std::vector<ParamText> audit_param_texts();
std::vector<ParamText> limit_subject_texts();
std::vector<ParamText> incident_param_texts();
std::vector<ParamText> cache_purge_texts();

// GET …/stats takes hours in the place of since: at most ten years.
inline constexpr std::uint32_t kMaxStatsHours = 24 * 3650;

}  // namespace gateway::control
