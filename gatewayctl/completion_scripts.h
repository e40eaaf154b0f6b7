#pragma once

#include <string>

#include "gatewayctl/command.h"

namespace gateway::ctl {

// Completion scripts made from the table of commands.
std::string bash_script(CommandTable table);
std::string zsh_script(CommandTable table);
std::string fish_script(CommandTable table);

}  // namespace gateway::ctl
