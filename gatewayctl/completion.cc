#include <array>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/completion_scripts.h"

namespace gateway::ctl {
namespace {

int run(const Invocation& invocation) {
  const std::string& shell = invocation.operands[0];
  std::string script;
  if (shell == "bash") script = bash_script(invocation.table);
  if (shell == "zsh") script = zsh_script(invocation.table);
  if (shell == "fish") script = fish_script(invocation.table);
  if (script.empty()) return usage_error(invocation, "SHELL is bash, zsh or fish");
  invocation.console.out << script;
  return kDone;
}

}  // namespace

constexpr Command kCompletion = {
    .name = "completion",
    .operands = "SHELL",
    .summary = "print the script that completes gatewayctl in bash, zsh or fish",
    .about = "Names of routes and services are asked of the running gateway.",
    .example =
        "gatewayctl completion bash > /etc/bash_completion.d/gatewayctl\n"
        "gatewayctl completion zsh > /usr/local/share/zsh/site-functions/_gatewayctl\n"
        "gatewayctl completion fish > ~/.config/fish/completions/gatewayctl.fish",
    .options = {},
    .outputs = "text",
    .operand_words = "bash zsh fish",
    .run = run,
    .group = "This program",
};

}  // namespace gateway::ctl
