#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gatewayctl/command.h"
#include "shared/base/result.h"

namespace gateway::ctl {

struct ParseError {
  std::string message;
};

struct Arguments {
  std::vector<std::string> operands;
  std::vector<std::pair<const Option*, std::string>> given;

  bool has(std::string_view option) const;
};

// The words after a command's name: --name VALUE, --name=VALUE, -n VALUE, -nVALUE, switches of one
// letter together (-fn 5); after "--" all are operands. Checks names, that values are there, what
// -o takes, and the number of operands (not with --help).
Result<Arguments, ParseError> parse_arguments(const Command& command,
                                              std::span<const std::string> words);

// The words of "text json csv".
std::vector<std::string_view> split_words(std::string_view words);

}  // namespace gateway::ctl
