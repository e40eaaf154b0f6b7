#pragma once

#include <optional>

#include "gatewayctl/command.h"
#include "shared/control/config_messages.h"

namespace gateway::ctl {

// The text of a config file as the gateway is to get it. Nothing: it cannot be read, which is said.
std::optional<std::string> read_candidate(const Invocation& invocation, const std::string& path);

// Asks the gateway how `source` differs from what serves. Nothing: `status` is the command's, and
// why was said, findings of a config with errors included.
std::optional<control::ConfigDiff> ask_diff(const Invocation& invocation,
                                            const control::ConfigSource& source, int& status);

// Shows the diff, asks, applies, and shows the receipt: what apply and rollback do.
int show_and_apply(const Invocation& invocation, const control::ConfigSource& source);

// Options of both.
inline constexpr Option kMessageOption{"--message", 'm', "TEXT", "why, for the history", {}};
inline constexpr Option kYesOption{"--yes", 'y', {}, "do not ask", {}};
inline constexpr Option kConfirmOption{"--confirm", 0, "DURATION",
                                       "go back after this time, unless gatewayctl confirm comes",
                                       "1m 5m 10m 1h"};
inline constexpr Option kGuardOption{
    "--guard", 0, "TERMS", "go back when these break, as \"5xx<1%,p99<+20%\""};

}  // namespace gateway::ctl
