#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/views.h"

namespace gateway::ctl {
namespace {

int run(const Invocation& invocation) {
  const auto answer = control::Client(invocation.socket()).post(control::kUpgradePath);
  if (!answer) return daemon_error(invocation, answer.error());
  try {
    const auto verdict = answer->get<control::UpgradeVerdict>();
    if (invocation.json()) {
      print_json(invocation.console.out, *answer);
    } else if (verdict.accepted) {
      invocation.console.out << render_upgrade(verdict);
    } else {
      invocation.console.err << render_upgrade(verdict);
    }
    return verdict.accepted ? kDone : kFailed;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

}  // namespace

constexpr Command kUpgrade = {
    .name = "upgrade",
    .operands = "",
    .summary = "have the running gateway hand over to the program that is installed now",
    .about =
        "The installed program checks the configuration first, then takes the listening sockets:\n"
        "no connection is refused, and the one before finishes its requests. When the installed\n"
        "program cannot serve, the one before goes on, and the exit status is 1.",
    .example =
        "gatewayctl upgrade\n"
        "gatewayctl upgrade -o json | jq .process",
    .options = {},
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "Changes",
};

}  // namespace gateway::ctl
