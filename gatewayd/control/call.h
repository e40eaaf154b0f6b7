#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shared/config/control_rules.h"

namespace gateway::control {

using Role = config::ControlRole;

// One call of the control API, parsed.
struct Call {
  std::string method;
  std::string path;                                         // decoded, without the query
  std::vector<std::pair<std::string, std::string>> params;  // decoded, as they came
  std::string peer;         // who calls: a user's name, "uid:1234", the holder of a token
  std::string body;         // JSON; only where one is read
  std::string accept;       // the field; empty: none
  std::string name{};       // what stands in the path for the endpoint's {name}
  std::string if_match{};   // the field; empty: none
  Role role = Role::admin;  // what the caller may do
  std::string address{};    // "192.0.2.1:5555" of a caller over TCP; empty: the Unix socket
};

}  // namespace gateway::control
