#include "gatewayctl/completion_scripts.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "gatewayctl/arguments.h"

namespace gateway::ctl {
namespace {

std::vector<Option> options_of(const Command& command) {
  std::vector<Option> all(command.options.begin(), command.options.end());
  for (Option option : common_options()) {
    if (option.name == "--output") option.words = command.outputs;
    all.push_back(option);
  }
  return all;
}

// The words of each operand: "list reset|@services" has two.
std::vector<std::string_view> operand_words(const Command& command) {
  std::vector<std::string_view> all;
  for (std::string_view rest = command.operand_words; !rest.empty();) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    all.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

// How each shell puts in the --socket of the line that is being typed, if there is one.
constexpr const char* kBashSocket = "${socket[@]}";
constexpr const char* kZshSocket = "$_gatewayctl_socket";
constexpr const char* kFishSocket = "(__gatewayctl_socket)";

// What prints the names of "@routes", "@services", "@breakers", "@limits". Where no daemon answers
// at once it prints nothing, and nothing is offered.
std::string names_command(std::string_view words, const char* socket) {
  const std::string_view what = words.substr(1);
  return fmt::format("gatewayctl {} -o names {} 2>/dev/null",
                     what == "breakers" ? "breaker list" : what, socket);
}

// What completes an option's value in bash.
std::string words_of(std::string_view words) {
  return words.starts_with('@') ? fmt::format("$({})", names_command(words, kBashSocket))
                                : std::string(words);
}

// Other values without words are times, numbers, names: nothing to offer.
bool is_file(const Option& option) {
  return option.value == "FILE" || option.value == "PATH";
}

// For a text within single quotes, in all three shells.
std::string in_quotes(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

// The same, where zsh's _arguments and _describe give some characters a meaning.
std::string zsh_quoted(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return in_quotes(out);
}

// What completes any operand, where a shell is not told which of them.
std::string words_of_operands(const Command& command, const char* call, const char* socket) {
  std::string all;
  for (const std::string_view words : operand_words(command)) {
    all += all.empty() ? "" : " ";
    all += words.starts_with('@') ? fmt::format(fmt::runtime(call), names_command(words, socket))
                                  : std::string(words);
  }
  return all;
}

std::string zsh_operands(const Command& command) {
  const auto names = split_words(command.operands);
  const auto words = operand_words(command);
  std::string all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string_view name = names[i];
    const bool optional = name.starts_with('[');
    const bool any_number = name.ends_with("...");
    if (optional) name = name.substr(1, name.size() - 2);
    if (any_number) name.remove_suffix(3);
    const std::string offer = i >= words.size() ? std::string("_files")
                              : words[i].starts_with('@')
                                  ? fmt::format("_gatewayctl_{}", words[i].substr(1))
                                  : fmt::format("({})", words[i]);
    all += fmt::format(" '{}{}:{}'", any_number ? "*:" : (optional ? "::" : ":"), name, offer);
  }
  return all;
}

std::string bash_case(const Command& command) {
  std::string names;
  std::string values;
  for (const Option& option : options_of(command)) {
    names += fmt::format("{}{}", names.empty() ? "" : " ", option.name);
    if (option.value.empty()) continue;
    const std::string letter = option.letter ? fmt::format("|-{}", option.letter) : "";
    const std::string offer =
        is_file(option) ? std::string("-f") : fmt::format("-W \"{}\"", words_of(option.words));
    values += fmt::format("        {}{}) COMPREPLY=($(compgen {} -- \"$cur\")); return ;;\n",
                          option.name, letter, offer);
  }
  const std::string operand =
      command.operands.empty()
          ? ""
          : (command.operand_words.empty()
                 ? "      COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                 : fmt::format("      COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))\n",
                               words_of_operands(command, "$({})", kBashSocket)));
  return fmt::format(
      "    {})\n      case $prev in\n{}      esac\n"
      "      [[ $cur == -* ]] && {{ COMPREPLY=($(compgen -W \"{}\" -- \"$cur\")); return; }}\n"
      "{}      ;;\n",
      command.name, values, names, operand);
}

std::string zsh_option(const Option& option) {
  const std::string help = zsh_quoted(option.help);
  std::string value;
  if (!option.value.empty()) {
    const std::string offer = is_file(option) ? std::string("_files")
                              : option.words.starts_with('@')
                                  ? fmt::format("_gatewayctl_{}", option.words.substr(1))
                                  : fmt::format("({})", option.words);
    value = fmt::format(":{}:{}", option.value, offer);
  }
  const std::string equals = option.value.empty() ? "" : "=";
  std::string lines = fmt::format(" '{}{}[{}]{}'", option.name, equals, help, value);
  if (option.letter) lines += fmt::format(" '-{}[{}]{}'", option.letter, help, value);
  return lines;
}

std::string fish_option(const Option& option, std::string_view condition) {
  std::string line =
      fmt::format("complete -c gatewayctl{} -l {}", condition, option.name.substr(2));
  if (option.letter) line += fmt::format(" -s {}", option.letter);
  if (!option.value.empty()) {
    if (option.words.empty()) {
      line += is_file(option) ? " -rF" : " -x";
    } else if (option.words.starts_with('@')) {
      line += fmt::format(" -x -a '({})'", names_command(option.words, kFishSocket));
    } else {
      line += fmt::format(" -x -a '{}'", option.words);
    }
  }
  return line + fmt::format(" -d '{}'\n", in_quotes(option.help));
}

}  // namespace

std::string bash_script(CommandTable table) {
  std::string names;
  std::string cases;
  for (const Command* command : table) {
    names += fmt::format("{}{}", names.empty() ? "" : " ", command->name);
    cases += bash_case(*command);
  }
  return fmt::format(R"(# bash completion of gatewayctl; made by: gatewayctl completion bash
_gatewayctl() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}} command= word i
  local -a socket=()
  COMPREPLY=()
  for ((i = 1; i + 1 < COMP_CWORD; ++i)); do
    [[ ${{COMP_WORDS[i]}} == --socket ]] && socket=(--socket "${{COMP_WORDS[i + 1]}}")
  done
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case " {0} " in *" $word "*) command=$word; break ;; esac
  done
  case $command in
    '') COMPREPLY=($(compgen -W "{0} --help --version" -- "$cur")) ;;
{1}  esac
}}
complete -F _gatewayctl gatewayctl
)",
                     names, cases);
}

std::string zsh_script(CommandTable table) {
  std::string names;
  std::string cases;
  for (const Command* command : table) {
    names += fmt::format("    '{}:{}'\n", command->name, zsh_quoted(command->summary));
    std::string line;
    for (const Option& option : options_of(*command)) line += zsh_option(option);
    line += zsh_operands(*command);
    cases += fmt::format("    {}) _arguments{} ;;\n", command->name, line);
  }
  return fmt::format(R"zsh(#compdef gatewayctl
# zsh completion of gatewayctl; made by: gatewayctl completion zsh
_gatewayctl_routes() {{ compadd -- ${{(f)"$({})"}} }}
_gatewayctl_services() {{ compadd -- ${{(f)"$({})"}} }}
_gatewayctl_breakers() {{ compadd -- ${{(f)"$({})"}} }}
_gatewayctl_limits() {{ compadd -- ${{(f)"$({})"}} }}
_gatewayctl() {{
  local -a _gatewayctl_socket=()
  local at=${{words[(I)--socket]}}
  (( at > 0 && at + 1 < CURRENT )) && _gatewayctl_socket=(--socket ${{words[at + 1]}})
  local -a commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
{}  esac
}}
if [ "$funcstack[1]" = _gatewayctl ]; then
  _gatewayctl "$@"
else
  compdef _gatewayctl gatewayctl
fi
)zsh",
                     names_command("@routes", kZshSocket), names_command("@services", kZshSocket),
                     names_command("@breakers", kZshSocket), names_command("@limits", kZshSocket),
                     names, cases);
}

std::string fish_script(CommandTable table) {
  std::string out =
      "# fish completion of gatewayctl; made by: gatewayctl completion fish\n"
      "complete -c gatewayctl -f\n"
      "function __gatewayctl_socket\n"
      "  set -l typed (commandline -opc)\n"
      "  set -l at (contains -i -- --socket $typed)\n"
      "  and test (count $typed) -gt $at\n"
      "  and printf '%s\\n' --socket $typed[(math $at + 1)]\n"
      "end\n";
  for (const Command* command : table) {
    out += fmt::format("complete -c gatewayctl -n __fish_use_subcommand -a {} -d '{}'\n",
                       command->name, in_quotes(command->summary));
  }
  for (const Command* command : table) {
    const std::string condition =
        fmt::format(" -n '__fish_seen_subcommand_from {}'", command->name);
    if (!command->operands.empty()) {
      out += command->operand_words.empty()
                 ? fmt::format("complete -c gatewayctl{} -F\n", condition)
                 : fmt::format("complete -c gatewayctl{} -a '{}'\n", condition,
                               words_of_operands(*command, "({})", kFishSocket));
    }
    for (const Option& option : options_of(*command)) out += fish_option(option, condition);
  }
  return out;
}

}  // namespace gateway::ctl
