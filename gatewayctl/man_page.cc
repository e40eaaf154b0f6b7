#include "gatewayctl/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "gatewayctl/arguments.h"
#include "shared/config/roff.h"

namespace gateway::ctl {
namespace {

using config::roff;

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty()) out[0] = upper(out.substr(0, 1))[0];
  return out + ".";
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// Text whose line ends only serve its width, with each sentence on a line of its own: roff sets the
// space between them.
std::string sentences(std::string_view text) {
  std::string apart(text);
  for (std::size_t i = 0; i + 2 < apart.size(); ++i) {
    if (apart[i] == '.' && apart[i + 1] == ' ' && is_upper(apart[i + 2])) apart[i + 1] = '\n';
  }
  std::string out;
  std::istringstream lines(apart);
  for (std::string line; std::getline(lines, line);) out += roff(line) + "\n";
  return out;
}

// A word that is no macro although it may be spelt like one.
std::string word(std::string_view text) {
  return "\\&" + roff(text);
}

std::string operand(std::string_view name) {
  const bool optional = name.starts_with('[');
  if (optional) name = name.substr(1, name.size() - 2);
  const bool many = name.ends_with("...");
  if (many) name.remove_suffix(3);
  return fmt::format("{} {}{}\n", optional ? ".Op Ar" : ".Ar", word(name), many ? " ..." : "");
}

std::string item(const Option& option, const Command& command) {
  const std::string argument =
      option.value.empty() ? "" : fmt::format(" Ar {}", word(option.value));
  std::string out = ".It";
  if (option.letter != 0) out += fmt::format(" Fl {}{} ,", option.letter, argument);
  out += fmt::format(" Fl -{}{}\n{}", roff(option.name.substr(2)), argument,
                     sentences(sentence(option.help)));
  if (option.name == "--output") {
    out += fmt::format("One of: {}.\n", fmt::join(split_words(command.outputs), ", "));
  }
  return out;
}

}  // namespace

std::string man_page(const Command& command) {
  std::string out = fmt::format(
      ".Dd November 21, 2026\n.Dt GATEWAYCTL\\-{} 1\n.Os\n.Sh NAME\n.Nm gatewayctl\\-{}\n"
      ".Nd {}\n.Sh SYNOPSIS\n.Nm gatewayctl {}\n",
      upper(command.name), roff(command.name), roff(command.summary), roff(command.name));
  for (const std::string_view name : split_words(command.operands)) out += operand(name);
  out += ".Op Ar option ...\n.Sh DESCRIPTION\n" + roff(sentence(command.summary)) + "\n";
  out += sentences(command.about) + ".\\\" more\n.Sh OPTIONS\n.Bl -tag -width Ds\n";
  for (const Option& option : command.options) out += item(option, command);
  for (const Option& option : common_options()) out += item(option, command);
  out += ".El\n.Sh EXIT STATUS\nSee\n.Xr gatewayctl 1 .\n.Sh EXAMPLES\n";
  std::istringstream examples{std::string(command.example)};
  for (std::string line; std::getline(examples, line);) {
    out += fmt::format(".Dl {}\n", word("$ " + line));
  }
  return out + ".Sh SEE ALSO\n.Xr gatewayctl 1 ,\n.Xr gatewayd.toml 5 ,\n.Xr gatewayd 8\n";
}

std::string man_list(CommandTable table) {
  std::string out;
  for (const Command* command : table) {
    out += fmt::format(".It Xr gatewayctl\\-{} 1\n{}\n", roff(command->name),
                       roff(sentence(command->summary)));
  }
  return out;
}

}  // namespace gateway::ctl
