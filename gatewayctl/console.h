#pragma once

#include <functional>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.h"

namespace gateway::ctl {

// Where a command writes and what it may ask of its surroundings; a test gives its own.
struct Console {
  std::ostream& out;  // data
  std::ostream& err;  // messages
  bool colour_out = false;
  bool colour_err = false;
  std::function<std::optional<std::string>(std::string_view)> variable;  // of the environment
  std::function<UnixMicros()> now;
  // Puts a question to the person at the terminal; true for y or yes. Empty: there is no terminal.
  std::function<bool(std::string_view question)> ask = {};
};

// stdout, stderr, the environment and the clock of this process. Colour where a terminal is, unless
// NO_COLOR is set (https://no-color.org) or TERM is "dumb".
Console process_console();

// Two-space indented, with a newline; bytes that are no UTF-8 are replaced.
void print_json(std::ostream& out, const nlohmann::json& document);
// One line.
void print_json_line(std::ostream& out, const nlohmann::json& document);

}  // namespace gateway::ctl
