#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/views.h"

namespace gateway::ctl {
namespace {

int run(const Invocation& invocation) {
  return show<control::GatewayStatus>(
      invocation, control::kStatusPath, [&](const control::GatewayStatus& status) {
        return render_status(status, invocation.console.now(), invocation.colour_out());
      });
}

}  // namespace

constexpr Command kStatus = {
    .name = "status",
    .operands = "",
    .summary = "show how the running gateway does",
    .about = "Figures of requests are those of the last minute.",
    .example =
        "gatewayctl status\n"
        "gatewayctl status -o json | jq .requests_per_second",
    .options = {},
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "What runs now",
};

}  // namespace gateway::ctl
