#include "gatewayctl/daemon.h"

#include <fmt/format.h>

#include "shared/config/visible_text.h"

namespace gateway::ctl {

int daemon_error(const Invocation& invocation, const control::ClientError& error) {
  invocation.console.err << "gatewayctl " << invocation.command.name << ": "
                         << config::visible(error.message) << '\n';
  return error.unreachable ? kUnreachable : kFailed;
}

control::ClientError strange_answer(const Invocation& invocation, const std::exception& why) {
  return {false, fmt::format("the gatewayd at {} answers in a form this gatewayctl does not know "
                             "({}); use the gatewayctl of its version",
                             invocation.socket(), why.what())};
}

}  // namespace gateway::ctl
