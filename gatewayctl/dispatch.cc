#include "gatewayctl/dispatch.h"

#include <algorithm>
#include <ostream>

#include "gatewayctl/arguments.h"
#include "gatewayctl/help.h"
#include "gatewayctl/man_page.h"
#include "shared/config/suggest.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

const Command* find(CommandTable table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Command* command) { return command->name == name; });
  return found == table.end() ? nullptr : *found;
}

// Where the command's name stands among words that may begin with common options.
std::size_t name_at(const std::vector<std::string>& words) {
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with('-')) {
    const auto common = common_options();
    const bool takes_next = std::any_of(common.begin(), common.end(), [&](const Option& option) {
      const bool by_letter = words[at].size() == 2 && words[at][1] == option.letter;
      return !option.value.empty() && (words[at] == option.name || by_letter);
    });
    at += takes_next ? 2 : 1;
  }
  return std::min(at, words.size());
}

int unknown_command(CommandTable table, const std::string& name, Console& console) {
  std::vector<std::string_view> names;
  for (const Command* command : table) names.push_back(command->name);
  const std::string hint = config::did_you_mean(name, names);
  console.err << "gatewayctl: there is no command \"" << config::visible(name) << '"'
              << (hint.empty() ? "" : "; ") << hint << "\nTry: gatewayctl --help\n";
  return kUsage;
}

int without_command(CommandTable table, const std::vector<std::string>& words, Console& console) {
  if (words.empty()) {
    console.err << overview(table);
    return kUsage;
  }
  const std::string& word = words.back();
  if (word == "--help" || word == "-h") {
    const bool man = words.size() > 2 && words[0] == "-o" && words[1] == "man";
    console.out << (man ? man_list(table) : overview(table));
    return kDone;
  }
  const Command* version = find(table, "version");
  if (word == "--version" && version) return dispatch(table, {"version"}, console);
  console.err << "gatewayctl: a command is missing\nTry: gatewayctl --help\n";
  return kUsage;
}

}  // namespace

int dispatch(CommandTable table, const std::vector<std::string>& words, Console& console) {
  const std::size_t at = name_at(words);
  if (at == words.size()) return without_command(table, words, console);
  std::vector<std::string> rest = words;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
  if (words[at] == "help") {  // as in git and systemctl
    const Command* topic = rest.empty() ? nullptr : find(table, rest.front());
    console.out << (topic ? help(*topic) : overview(table));
    return kDone;
  }
  const Command* command = find(table, words[at]);
  if (!command) return unknown_command(table, words[at], console);
  auto parsed = parse_arguments(*command, rest);
  const Invocation invocation{*command, table, console, parsed ? parsed->operands : rest,
                              parsed ? parsed->given : decltype(parsed->given){}};
  if (!parsed) return usage_error(invocation, parsed.error().message);
  if (invocation.has("--help")) {
    console.out << (invocation.output() == "man" ? man_page(*command) : help(*command));
    return kDone;
  }
  const int status = command->run(invocation);
  console.out.flush();
  if (!console.out) {
    console.err << "gatewayctl: cannot write to stdout; what was printed is not whole\n";
    return kFailed;
  }
  return status;
}

}  // namespace gateway::ctl
