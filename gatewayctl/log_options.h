#pragma once

#include <optional>
#include <string>

#include "gatewayctl/command.h"
#include "shared/base/result.h"
#include "shared/store/logs.h"
#include "shared/store/security_logs.h"

namespace gateway::ctl {

struct OptionError {
  std::string message;
};

inline constexpr std::size_t kDefaultLogRows = 100;
inline constexpr std::size_t kMostLogRows = 1'000'000;

// What the options of `logs` ask for; `limit` is that of -n.
Result<store::LogFilter, OptionError> log_filter(const Invocation& invocation);

// The same under --security.
Result<store::SecurityFilter, OptionError> security_filter(const Invocation& invocation);

// A number from 1 to `most`.
std::optional<std::size_t> parse_count(std::string_view text, std::size_t most);

// Reads a time option into `out` when it was given; what is wrong with it otherwise.
std::optional<OptionError> time_option(const Invocation& invocation, std::string_view name,
                                       std::optional<UnixMicros>& out);

}  // namespace gateway::ctl
