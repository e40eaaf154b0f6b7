#include "shared/control/upgrade_message.h"

#include <nlohmann/json.hpp>

#include "shared/control/json_fields.h"
#include "shared/control/messages.h"

namespace gateway::control {

using nlohmann::json;

void to_json(json& out, const UpgradeVerdict& verdict) {
  out = {{"format", kFormat},
         {"accepted", verdict.accepted},
         {"process", verdict.process},
         {"version", verdict.version},
         {"before_process", verdict.before_process},
         {"before_version", verdict.before_version},
         {"connections", verdict.connections},
         {"drain_timeout_ms", verdict.drain_timeout_ms},
         {"message", verdict.message},
         {"report", verdict.report}};
}

void from_json(const json& in, UpgradeVerdict& verdict) {
  read_field(in, "accepted", verdict.accepted);
  read_field(in, "process", verdict.process);
  read_field(in, "version", verdict.version);
  read_field(in, "before_process", verdict.before_process);
  read_field(in, "before_version", verdict.before_version);
  read_field(in, "connections", verdict.connections);
  read_field(in, "drain_timeout_ms", verdict.drain_timeout_ms);
  read_field(in, "message", verdict.message);
  read_field(in, "report", verdict.report);
}

}  // namespace gateway::control
