#pragma once

#include <string>
#include <string_view>

namespace gateway::control {

// `text` as a segment of a path or a value of a query: all but unreserved characters as %XX
// (RFC 3986 §2.1).
std::string percent_encoded(std::string_view text);

}  // namespace gateway::control
