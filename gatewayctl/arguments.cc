#include "gatewayctl/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/config/suggest.h"

namespace gateway::ctl {
namespace {

std::vector<const Option*> options_of(const Command& command) {
  std::vector<const Option*> all;
  for (const Option& option : command.options) all.push_back(&option);
  for (const Option& option : common_options()) all.push_back(&option);
  return all;
}

// Takes the words from the left, option by option.
class Parser {
 public:
  Parser(const Command& command, std::span<const std::string> words)
      : options_(options_of(command)), words_(words) {}

  // Empty: all is well.
  std::string run(Arguments& out) {
    for (; at_ < words_.size() && error_.empty(); ++at_) {
      const std::string_view word = words_[at_];
      if (only_operands_ || word.size() < 2 || word[0] != '-') {
        out.operands.emplace_back(word);
      } else if (word == "--") {
        only_operands_ = true;
      } else if (word[1] == '-') {
        long_option(word, out);
      } else {
        letters(word.substr(1), out);
      }
    }
    return error_;
  }

 private:
  void long_option(std::string_view word, Arguments& out) {
    const auto equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const auto found = std::find_if(options_.begin(), options_.end(),
                                    [&](const Option* option) { return option->name == name; });
    if (found == options_.end()) return unknown(name);
    if (equals == std::string_view::npos) return take(**found, out);
    if ((*found)->value.empty()) {
      error_ = fmt::format("{} takes no value", name);
    } else {
      out.given.emplace_back(*found, word.substr(equals + 1));
    }
  }

  void letters(std::string_view rest, Arguments& out) {
    while (!rest.empty() && error_.empty()) {
      const char letter = rest[0];
      rest.remove_prefix(1);
      const auto found = std::find_if(options_.begin(), options_.end(), [&](const Option* option) {
        return option->letter == letter;
      });
      if (found == options_.end()) return unknown(fmt::format("-{}", letter));
      if (!(*found)->value.empty() && !rest.empty()) {
        out.given.emplace_back(*found, rest);
        return;
      }
      take(**found, out);
    }
  }

  // The option alone, or with the next word as its value.
  void take(const Option& option, Arguments& out) {
    if (option.value.empty()) {
      out.given.emplace_back(&option, "");
    } else if (at_ + 1 == words_.size()) {
      error_ = fmt::format("{} needs {}", option.name, option.value);
    } else {
      out.given.emplace_back(&option, words_[++at_]);
    }
  }

  void unknown(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Option* option : options_) names.push_back(option->name);
    const std::string hint = config::did_you_mean(name, names);
    error_ = fmt::format("there is no option {}{}{}", name, hint.empty() ? "" : "; ", hint);
  }

  std::vector<const Option*> options_;
  std::span<const std::string> words_;
  std::size_t at_ = 0;
  bool only_operands_ = false;
  std::string error_;
};

std::string check_output(const Command& command, const Arguments& arguments) {
  for (const auto& [option, value] : arguments.given) {
    if (option->name != "--output") continue;
    const auto known = split_words(command.outputs);
    if (std::find(known.begin(), known.end(), value) == known.end()) {
      return fmt::format("-o takes {}, not \"{}\"", fmt::join(known, ", "), value);
    }
  }
  return {};
}

}  // namespace

bool Arguments::has(std::string_view option) const {
  return std::any_of(given.begin(), given.end(),
                     [&](const auto& pair) { return pair.first->name == option; });
}

std::vector<std::string_view> split_words(std::string_view words) {
  std::vector<std::string_view> out;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (end > 0) out.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

Result<Arguments, ParseError> parse_arguments(const Command& command,
                                              std::span<const std::string> words) {
  Arguments arguments;
  if (auto error = Parser(command, words).run(arguments); !error.empty()) {
    return ParseError{std::move(error)};
  }
  if (arguments.has("--help")) return arguments;
  if (auto error = check_output(command, arguments); !error.empty()) {
    return ParseError{std::move(error)};
  }
  const auto wanted = split_words(command.operands);
  const auto optional = [](std::string_view word) { return word.starts_with('['); };
  const bool any_number = !wanted.empty() && wanted.back().ends_with("...");
  if (arguments.operands.size() < wanted.size() && !optional(wanted[arguments.operands.size()])) {
    return ParseError{fmt::format("{} is missing", wanted[arguments.operands.size()])};
  }
  if (arguments.operands.size() > wanted.size() && !any_number) {
    return ParseError{fmt::format("\"{}\" is too much", arguments.operands[wanted.size()])};
  }
  return arguments;
}

}  // namespace gateway::ctl
