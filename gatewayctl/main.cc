#include "gatewayctl/commands.h"
#include "gatewayctl/dispatch.h"

namespace gateway::ctl {

// Every command, in the order help and completion show them.
constexpr const Command* kCommands[] = {
    &kInit,    &kValidate, &kDoctor,       &kExplain,    &kTest,    &kSchema,  &kStatus,
    &kTop,     &kRoutes,   &kServices,     &kHealth,     &kBreaker, &kDiff,    &kApply,
    &kConfirm, &kRollback, &kHistory,      &kDrift,      &kReload,  &kUpgrade, &kLogs,
    &kStats,   &kWhy,      &kHashPassword, &kCompletion, &kVersion,
};

}  // namespace gateway::ctl

int main(int argc, char** argv) {
  auto console = gateway::ctl::process_console();
  return gateway::ctl::dispatch(gateway::ctl::kCommands, {argv + 1, argv + argc}, console);
}
