#pragma once

#include <string>
#include <vector>

#include "gatewayctl/command.h"

namespace gateway::ctl {

// Runs the command that `words` (without the program's name) ask for and returns the exit status.
// Options every command has may stand before its name. An unknown command is answered with the
// nearest one and kUsage.
int dispatch(CommandTable table, const std::vector<std::string>& words, Console& console);

}  // namespace gateway::ctl
