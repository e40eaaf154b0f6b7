#pragma once

#include <string>

#include "gatewayctl/command.h"

namespace gateway::ctl {

// What `gatewayctl --help` prints: every command with its summary.
std::string overview(CommandTable table);

// What `gatewayctl COMMAND --help` prints: usage, meaning, options, examples.
std::string help(const Command& command);

// "gatewayctl validate FILE [OPTION...]"
std::string usage_line(const Command& command);

// "-n, --lines COUNT"
std::string option_label(const Option& option);

}  // namespace gateway::ctl
