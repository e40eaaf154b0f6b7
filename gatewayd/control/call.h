#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gateway::control {

// One call of the control API, parsed.
struct Call {
  std::string method;
  std::string path;                                         // decoded, without the query
  std::vector<std::pair<std::string, std::string>> params;  // decoded, as they came
  std::string peer;                                         // the user's name, or "uid:1234"
  std::string body;                                         // JSON; only where one is read
  std::string accept;                                       // the field; empty: none
};

}  // namespace gateway::control
