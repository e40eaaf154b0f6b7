#include "gatewayctl/command.h"

#include <array>
#include <ostream>

#include "shared/control/client.h"

namespace gateway::ctl {

std::span<const Option> common_options() {
  static constexpr std::array kCommon = {
      Option{"--output", 'o', "FORMAT", "how data is printed", {}},
      Option{"--socket",
             0,
             "PATH",
             "the daemon's control socket (default: $GATEWAYD_SOCKET, else "
             "/run/gatewayd/control.sock)",
             {}},
      Option{"--no-color", 0, {}, "no colour, not even on a terminal", {}},
      Option{"--help", 'h', {}, "print this and exit; with -o man, the manual page's source", {}},
  };
  return kCommon;
}

std::optional<std::string_view> Invocation::value(std::string_view option) const {
  for (auto it = given.rbegin(); it != given.rend(); ++it) {
    if (it->first->name == option) return it->second;
  }
  return std::nullopt;
}

std::string_view Invocation::output() const {
  return value("--output").value_or(command.outputs.substr(0, command.outputs.find(' ')));
}

std::string Invocation::socket() const {
  if (const auto path = value("--socket")) return std::string(*path);
  if (auto path = console.variable("GATEWAYD_SOCKET"); path && !path->empty()) return *path;
  return control::kDefaultSocket;
}

int usage_error(const Invocation& invocation, std::string_view message) {
  invocation.console.err << "gatewayctl " << invocation.command.name << ": " << message
                         << "\nTry: gatewayctl " << invocation.command.name << " --help\n";
  return kUsage;
}

}  // namespace gateway::ctl
