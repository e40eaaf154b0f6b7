#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gatewayctl/console.h"

namespace gateway::ctl {

// Exit statuses; 64, 69 and 78 as in sysexits(3).
enum Exit : int {
  kDone = 0,
  kFailed = 1,
  kDifferent = 2,     // there are differences, under --exit-code
  kWarnings = 3,      // under --strict
  kUsage = 64,        // the command line is wrong
  kUnreachable = 69,  // no daemon answers
  kBadConfig = 78,    // the configuration has errors
};

// An option. Help, completion and parsing are made from this alone.
struct Option {
  std::string_view name;        // "--since"
  char letter = 0;              // 'n' for -n
  std::string_view value = {};  // "TIME"; empty: a switch
  std::string_view help = {};
  // What completion offers as its value, words apart by spaces; "@routes", "@services",
  // "@breakers" and "@limits": the names that the running gateway has.
  std::string_view words = {};
};

struct Invocation;

// A command: one per file, listed in main.cc.
struct Command {
  std::string_view name;
  std::string_view operands;        // "FILE", "ACTION [SERVICE]"; the last may be optional, or
                                    // any number: "FILE..."
  std::string_view summary;         // one line, no full stop
  std::string_view about;           // more, for its own help; may be empty
  std::string_view example;         // one command line a line
  std::span<const Option> options;  // beside those every command has
  std::string_view outputs;         // what -o takes, the default first: "text json"
  std::string_view operand_words;   // as Option::words, of each operand, apart by '|'; empty: a
                                    // file's name, or nothing
  int (*run)(const Invocation&);
  std::string_view group = {};  // the heading it stands under in the overview; commands of a group
                                // follow each other
};

using CommandTable = std::span<const Command* const>;

// Options that every command has: --output, --socket, --no-color, --help.
std::span<const Option> common_options();

// A command line that was understood.
struct Invocation {
  const Command& command;
  CommandTable table;
  Console& console;
  std::vector<std::string> operands;  // as many as command.operands asks for
  std::vector<std::pair<const Option*, std::string>> given;

  bool has(std::string_view option) const { return value(option).has_value(); }
  // The last one given; empty for a switch.
  std::optional<std::string_view> value(std::string_view option) const;

  std::string_view output() const;  // "text", "json", …
  bool json() const { return output() == "json"; }
  std::string socket() const;  // --socket, else $GATEWAYD_SOCKET, else the default
  bool colour_out() const { return console.colour_out && !has("--no-color"); }
  bool colour_err() const { return console.colour_err && !has("--no-color"); }
};

// Says on stderr what is wrong with the command line and where to read more; returns kUsage.
int usage_error(const Invocation& invocation, std::string_view message);

}  // namespace gateway::ctl
