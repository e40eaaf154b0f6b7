#pragma once

#include <string>
#include <string_view>

namespace gateway::store {

// `text` as UTF-8 that a terminal and a JSON parser take: control characters and bytes that are not
// UTF-8 (RFC 3629) become %XX.
std::string printable(std::string_view text);

}  // namespace gateway::store
