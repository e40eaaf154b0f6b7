#include <array>
#include <charconv>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/change_views.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--number", 'n', "N", "how many changes, newest first: 1 to 500 (default: 20)", {}},
    Option{"--text", 0, {}, "with show: the files themselves, secrets masked", {}},
};

template <class Message, class Render>
int ask(const Invocation& invocation, const char* path, const control::Params& params,
        Render render) {
  const auto answer = control::Client(invocation.socket()).get(path, params);
  if (!answer) return daemon_error(invocation, answer.error());
  if (invocation.json()) {
    print_json(invocation.console.out, *answer);
    return kDone;
  }
  try {
    invocation.console.out << render(answer->template get<Message>());
    return kDone;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 19 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

int show(const Invocation& invocation) {
  if (invocation.operands.size() < 2) return usage_error(invocation, "REVISION is missing");
  const std::string& which = invocation.operands[1];
  const bool attempt = which.starts_with('x');
  const std::string number = attempt ? which.substr(1) : which;
  if (!is_number(number)) {
    return usage_error(invocation, "REVISION is as gatewayctl history shows it: 41, or x57");
  }
  return ask<control::ConfigRevision>(
      invocation, control::kConfigRevisionPath, {{attempt ? "change" : "revision", number}},
      [&](const control::ConfigRevision& revision) {
        return render_revision(revision, invocation.has("--text"), invocation.colour_out());
      });
}

int run(const Invocation& invocation) {
  if (!invocation.operands.empty()) {
    if (invocation.operands[0] != "show") return usage_error(invocation, "ACTION is show");
    return show(invocation);
  }
  if (invocation.has("--text")) return usage_error(invocation, "--text goes with show");
  control::Params params;
  if (const auto number = invocation.value("--number")) {
    if (!is_number(*number)) return usage_error(invocation, "-n takes a number from 1 to 500");
    params.emplace_back("limit", *number);
  }
  return ask<control::ConfigHistoryList>(
      invocation, control::kConfigHistoryPath, params, [&](const control::ConfigHistoryList& list) {
        return render_history(list, invocation.console.now(), invocation.colour_out());
      });
}

}  // namespace

constexpr Command kHistory = {
    .name = "history",
    .operands = "[ACTION] [REVISION]",
    .summary = "list the changes of the configuration, or show one",
    .about =
        "Every change of the running configuration, and every one that was rejected, with who made "
        "it and\nwhy. show prints how a revision differs from the one before it.",
    .example =
        "gatewayctl history -n 5\n"
        "gatewayctl history show 41\n"
        "gatewayctl history show 41 --text",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "show",
    .run = run,
    .group = "Changes",
};

}  // namespace gateway::ctl
