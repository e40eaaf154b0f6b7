#include "gatewayctl/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "gatewayctl/arguments.h"

namespace gateway::ctl {
namespace {

std::string sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out + ".";
}

// Lines of label and text, the texts in one column.
std::string columns(const std::vector<std::pair<std::string, std::string>>& lines) {
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, line.first.size());
  std::string out;
  for (const auto& [label, text] : lines) out += fmt::format("  {:{}}  {}\n", label, width, text);
  return out;
}

std::string help_of(const Option& option, const Command& command) {
  std::string text(option.help);
  if (option.name == "--output") {
    text += fmt::format(": {}", fmt::join(split_words(command.outputs), ", "));
  }
  return text;
}

}  // namespace

std::string usage_line(const Command& command) {
  return fmt::format("gatewayctl {}{}{} [OPTION...]", command.name,
                     command.operands.empty() ? "" : " ", command.operands);
}

std::string option_label(const Option& option) {
  std::string label = option.letter ? fmt::format("-{}, ", option.letter) : std::string("    ");
  label += option.name;
  return option.value.empty() ? label : fmt::format("{} {}", label, option.value);
}

std::string overview(CommandTable table) {
  std::size_t width = 0;
  for (const Command* command : table) width = std::max(width, command->name.size());
  std::string out =
      "Checks configurations of gatewayd, shows what a running one does, and reads its log.\n\n"
      "Usage: gatewayctl COMMAND [OPTION...]\n";
  std::string_view group = "none yet";
  for (const Command* command : table) {
    if (command->group != group) {
      group = command->group;
      out += fmt::format("\n{}:\n", group.empty() ? "Others" : group);
    }
    out += fmt::format("  {:{}}  {}\n", command->name, width, command->summary);
  }
  return out + "\nMore about one: gatewayctl COMMAND --help; about all: man gatewayctl\n";
}

std::string help(const Command& command) {
  std::string out =
      fmt::format("Usage: {}\n\n{}\n", usage_line(command), sentence(command.summary));
  if (!command.about.empty()) out += fmt::format("{}\n", command.about);
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Option& option : command.options) {
    lines.emplace_back(option_label(option), help_of(option, command));
  }
  for (const Option& option : common_options()) {
    lines.emplace_back(option_label(option), help_of(option, command));
  }
  out += "\nOptions:\n" + columns(lines) + "\nExamples:\n";
  std::string_view examples = command.example;
  while (!examples.empty()) {
    const std::string_view line = examples.substr(0, examples.find('\n'));
    out += fmt::format("  {}\n", line);
    examples.remove_prefix(std::min(line.size() + 1, examples.size()));
  }
  return out;
}

}  // namespace gateway::ctl
