#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "shared/control/messages.h"

namespace gateway::ctl {
namespace {

int run(const Invocation& invocation) {
  if (invocation.json()) {
    print_json(invocation.console.out,
               {{"format", control::kFormat}, {"version", GATEWAYD_VERSION}});
  } else {
    invocation.console.out << "gatewayctl " << GATEWAYD_VERSION << '\n';
  }
  return kDone;
}

}  // namespace

constexpr Command kVersion = {
    .name = "version",
    .operands = "",
    .summary = "print the version of gatewayctl",
    .about = "That of the running gatewayd is in `gatewayctl status`.",
    .example = "gatewayctl version",
    .options = {},
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "This program",
};

}  // namespace gateway::ctl
