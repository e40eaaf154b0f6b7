#pragma once

#include <string>

namespace gateway::control {

// All endpoints as an HTML page of one file, without a script.
std::string docs_page();

}  // namespace gateway::control
