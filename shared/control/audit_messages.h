#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "shared/base/result.h"
#include "shared/control/queries.h"
#include "shared/store/audit_log.h"

namespace gateway::control {

// GET: who changed what over the control API, newest first.
inline constexpr char kAuditPath[] = "/api/v1/gateway/audit";

struct AuditList {
  std::vector<store::AuditEntry> entries;
};

Result<store::AuditFilter, ParamError> parse_audit_filter(const Params& params);
Params to_params(const store::AuditFilter& filter);

void to_json(nlohmann::json& json, const AuditList& list);
void from_json(const nlohmann::json& json, AuditList& list);

}  // namespace gateway::control
