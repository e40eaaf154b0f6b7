#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/views.h"

namespace gateway::ctl {
namespace {

int run(const Invocation& invocation) {
  const auto answer = control::Client(invocation.socket()).post(control::kReloadPath);
  if (!answer) return daemon_error(invocation, answer.error());
  try {
    const auto verdict = answer->get<control::ReloadVerdict>();
    if (invocation.json()) {
      print_json(invocation.console.out, *answer);
    } else {
      // A rejection is the answer that was asked for, but also the reason of a failure: it is a
      // message, and a script that keeps stdout does not lose it.
      (verdict.accepted ? invocation.console.out : invocation.console.err)
          << render_verdict(verdict);
    }
    return verdict.accepted ? kDone : kFailed;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

}  // namespace

constexpr Command kReload = {
    .name = "reload",
    .operands = "",
    .summary = "make the running gateway read its configuration again",
    .about =
        "Waits for the verdict, and says what was kept, what begins anew and why, and what still\n"
        "finishes requests that it had. A configuration with errors changes nothing: the one "
        "before "
        "keeps\nserving, and the exit status is 1.",
    .example =
        "gatewayctl reload\n"
        "gatewayctl reload -o json | jq .diagnostics",
    .options = {},
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "Changes",
};

}  // namespace gateway::ctl
