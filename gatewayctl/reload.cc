#include <array>
#include <chrono>
#include <thread>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/views.h"

namespace gateway::ctl {
namespace {

// A hand-over ends within a minute and a bit, one way or the other.
constexpr auto kLongestHandOver = std::chrono::seconds(80);
constexpr auto kAskAgain = std::chrono::milliseconds(200);

constexpr std::array kOptions = {
    Option{
        "--wait", 0, {}, "while one gatewayd follows another, wait for the one that serves then"},
};

Result<nlohmann::json, control::ClientError> ask(const Invocation& invocation) {
  const auto until = std::chrono::steady_clock::now() + kLongestHandOver;
  for (;;) {
    auto answer = control::Client(invocation.socket()).post(control::kReloadPath);
    const bool busy = answer.ok() && answer->contains("busy") && (*answer)["busy"] == true;
    if (!busy || !invocation.has("--wait") || std::chrono::steady_clock::now() > until) {
      return answer;
    }
    std::this_thread::sleep_for(kAskAgain);
  }
}

int run(const Invocation& invocation) {
  const auto answer = ask(invocation);
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
        "gatewayctl reload --wait\n"
        "gatewayctl reload -o json | jq .diagnostics",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "Changes",
};

}  // namespace gateway::ctl
