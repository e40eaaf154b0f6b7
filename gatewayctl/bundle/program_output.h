#pragma once

#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/result.h"

namespace gateway::ctl {

struct NoOutput {
  std::string why;
};

// What a program of $PATH writes to stdout: the last `most` bytes of it. It is ended after
// `patience`. The error says why there is nothing.
Result<std::string, NoOutput> program_output(const std::vector<std::string>& command,
                                             std::size_t most, milliseconds patience);

}  // namespace gateway::ctl
