#pragma once

#include <string>

#include "gatewayctl/command.h"

namespace gateway::ctl {

// The manual page gatewayctl-NAME(1) of a command, as mdoc(7). Its line `.\" more` is where
// man/build puts what man/gatewayctl/NAME adds to the description.
std::string man_page(const Command& command);

// Items of a list with every command and its page, for gatewayctl(1).
std::string man_list(CommandTable table);

}  // namespace gateway::ctl
