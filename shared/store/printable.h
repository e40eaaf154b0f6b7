#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway::store {

// `text` as UTF-8 that a terminal and a JSON parser take: control characters and bytes that are not
// UTF-8 (RFC 3629) become %XX.
std::string printable(std::string_view text);

// At most the first `most` bytes, not cut within a character of UTF-8.
std::string cut(std::string_view text, std::size_t most);

}  // namespace gateway::store
