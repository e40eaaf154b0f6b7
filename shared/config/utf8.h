#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway::config {

struct Utf8Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

// The first character of a text that is not empty (RFC 3629 §4: no overlong forms, no surrogates,
// nothing past U+10FFFF).
Utf8Character decode_utf8(std::string_view text);

// Appends a character; false when it is none that UTF-8 can hold.
bool append_utf8(char32_t code, std::string& out);

}  // namespace gateway::config
