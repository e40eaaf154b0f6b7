#pragma once

#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "gatewayctl/console.h"

namespace gateway::ctl {

// A console whose output is kept, at a fixed time, with an environment of its own.
struct Screen {
  static constexpr UnixMicros kNow = 1'767'323'045'000'000;  // 2026-01-02 03:04:05 UTC

  std::ostringstream out;
  std::ostringstream err;
  std::map<std::string, std::string, std::less<>> environment;
  Console console{out,
                  err,
                  false,
                  false,
                  [this](std::string_view name) -> std::optional<std::string> {
                    const auto found = environment.find(name);
                    if (found == environment.end()) return std::nullopt;
                    return found->second;
                  },
                  [] { return kNow; }};
};

}  // namespace gateway::ctl
