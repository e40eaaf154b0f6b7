#include "gatewayctl/commands.h"
#include "gatewayctl/dispatch.h"

namespace gateway::ctl {

// Every command, in the order help and completion show them, group by group.
// clang-format off
constexpr const Command* kCommands[] = {
    &kInit, &kValidate, &kDoctor, &kExplain, &kTest, &kSchema, &kHashPassword,
    &kStatus, &kTop, &kRoutes, &kServices, &kHealth, &kBreaker, &kLimits, &kCache,
    &kDiff, &kApply, &kConfirm, &kRollback, &kHistory, &kAudit, &kDrift, &kReload, &kUpgrade,
    &kLogs, &kStats, &kWhy, &kIncident, &kSupportBundle,
    &kCompletion, &kVersion,
};
// clang-format on

}  // namespace gateway::ctl

int main(int argc, char** argv) {
  auto console = gateway::ctl::process_console();
  return gateway::ctl::dispatch(gateway::ctl::kCommands, {argv + 1, argv + argc}, console);
}
