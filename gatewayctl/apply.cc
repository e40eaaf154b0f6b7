#include <array>
#include <charconv>

#include "gatewayctl/changing.h"
#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {kMessageOption, kYesOption, kConfirmOption, kGuardOption};

int run(const Invocation& invocation) {
  const std::string& path = invocation.operands[0];
  auto text = read_candidate(invocation, path);
  return text ? show_and_apply(invocation, {path, std::move(*text), {}}) : kFailed;
}

int run_rollback(const Invocation& invocation) {
  std::uint32_t revision = 0;
  if (!invocation.operands.empty()) {
    const std::string& text = invocation.operands[0];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
    if (error != std::errc{} || end != text.data() + text.size() || revision == 0) {
      return usage_error(invocation, "REVISION is a number that gatewayctl history shows");
    }
  }
  return show_and_apply(invocation, {"revision", {}, revision});
}

int run_confirm(const Invocation& invocation) {
  const auto answer = control::Client(invocation.socket()).post(control::kConfigConfirmPath);
  if (!answer) return daemon_error(invocation, answer.error());
  try {
    const auto verdict = answer->get<control::ConfirmVerdict>();
    if (invocation.json()) {
      print_json(invocation.console.out, *answer);
    } else {
      invocation.console.out << "revision " << verdict.revision << " is kept\n";
    }
    return kDone;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

}  // namespace

constexpr Command kApply = {
    .name = "apply",
    .operands = "FILE",
    .summary = "make a file the configuration of the running gateway",
    .about =
        "Shows the difference and asks; then the gateway puts the text in the place of its "
        "configuration's\nmain file, keeping its owner and mode, and reloads. What FILE includes "
        "is found from the folder of\nthat file. A configuration that is rejected, and one that "
        "changed since the difference was shown,\nchanges nothing. --confirm and --guard have it "
        "go "
        "back by itself, whatever becomes of this command\nor the gateway meanwhile; a guard "
        "watches for five minutes, or until it is confirmed, from 100\nrequests on.",
    .example =
        "gatewayctl apply candidate.toml -m retired\n"
        "gatewayctl apply candidate.toml --yes --confirm 5m\n"
        "gatewayctl apply candidate.toml --guard '5xx<1%,p99<+20%'",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "Changes",
};

constexpr Command kRollback = {
    .name = "rollback",
    .operands = "[REVISION]",
    .summary = "bring a revision of the history back",
    .about =
        "Without REVISION, the one that served before. What is brought back is a new revision with "
        "the old\ntexts, those of included files too.",
    .example =
        "gatewayctl rollback\n"
        "gatewayctl rollback 41 --yes -m tight-limits",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run_rollback,
    .group = "Changes",
};

constexpr Command kConfirm = {
    .name = "confirm",
    .operands = "",
    .summary = "keep a change that would go back by itself",
    .about = "For what was applied with --confirm or --guard; gatewayctl status shows what waits.",
    .example = "gatewayctl confirm",
    .options = {},
    .outputs = "text json",
    .operand_words = "",
    .run = run_confirm,
    .group = "Changes",
};

}  // namespace gateway::ctl
