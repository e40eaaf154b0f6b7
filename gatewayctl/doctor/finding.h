#pragma once

#include <string>
#include <vector>

namespace gateway::ctl::doctor {

enum class State { ok, warn, fail };

// What doctor says about one thing.
struct Finding {
  State state = State::ok;
  std::string check;    // "port": a stable word, for programs
  std::string message;  // what is so
  std::string next;     // what to do; empty when all is well
};

using Findings = std::vector<Finding>;

}  // namespace gateway::ctl::doctor
