#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/result.h"
#include "shared/store/health_logs.h"
#include "shared/store/logs.h"
#include "shared/store/security_logs.h"
#include "shared/store/stats.h"

namespace gateway::control {

// The store's questions as parameters of GET …/logs, …/logs/security and …/stats, its answers as
// JSON. Both ends use these, so what one writes the other reads. As everywhere in this API:
// "format": 1, RFC 3339 UTC.
using Params = std::vector<std::pair<std::string, std::string>>;

// Rows a page of GET …/logs has at most; a client goes on from the page's cursor.
inline constexpr std::size_t kLogPageRows = 1000;

struct ParamError {
  std::string message;  // names the parameter and what it takes
};

// Which statuses "404", "5xx" (a class) or "400-499" (a range) stand for, put into `filter`. False
// for others.
bool parse_status(std::string_view text, store::LogFilter& filter);

Params to_params(const store::LogFilter& filter);
Result<store::LogFilter, ParamError> parse_log_filter(const Params& params);

// Which action "blocked" or "observed" stands for, put into `filter`; and whether `text` is a kind
// of event, one of all_deciders(). False for others.
bool parse_action(std::string_view text, store::SecurityFilter& filter);
bool parse_kind(std::string_view text, store::SecurityFilter& filter);

Params to_params(const store::SecurityFilter& filter);
Result<store::SecurityFilter, ParamError> parse_security_filter(const Params& params);

std::string_view name_of(store::StatsBy by);
Params to_params(const store::StatsQuery& query);
// Without since the last 24 hours before `now`; without until up to `now`.
Result<store::StatsQuery, ParamError> parse_stats_query(const Params& params, UnixMicros now);

nlohmann::json to_document(const store::LogRow& row);
nlohmann::json to_document(const store::LogPage& page);
nlohmann::json to_document(const store::SecurityLogRow& row);
nlohmann::json to_document(const store::SecurityPage& page);
nlohmann::json to_document(const store::Stats& stats);
nlohmann::json to_document(const store::HealthHistory& history);
// Missing fields keep their defaults; throws nlohmann::json::exception for a field of another type.
store::LogPage log_page_from(const nlohmann::json& document);
store::SecurityPage security_page_from(const nlohmann::json& document);
store::Stats stats_from(const nlohmann::json& document);
store::HealthHistory history_from(const nlohmann::json& document);

}  // namespace gateway::control
