#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "shared/base/result.h"
#include "shared/control/queries.h"
#include "shared/decision/explain.h"

namespace gateway::control {

inline constexpr char kExplainPath[] = "/api/v1/gateway/explain";

// POST …/explain: the question as its body, the explanation as the answer, both "format": 1.
nlohmann::json to_document(const decision::ExplainRequest& request);
// Refuses what is no JSON object, members that are unknown or of another type, and a request that
// no client could send (decision::fault_of). Members that are missing keep their defaults.
Result<decision::ExplainRequest, ParamError> parse_explain_request(std::string_view body);

nlohmann::json to_document(const decision::Explanation& explanation);
// Missing members keep their defaults; throws nlohmann::json::exception for one of another type.
decision::Explanation explanation_from(const nlohmann::json& document);

}  // namespace gateway::control
