#pragma once

#include <string>
#include <string_view>

namespace gateway::config {

// Text as roff shows it letter for letter (groff_char(7)). A line of it may begin anywhere.
std::string roff(std::string_view text);

}  // namespace gateway::config
