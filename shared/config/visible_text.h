#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gateway::config {

// One character as a terminal can safely show it.
struct VisibleCharacter {
  std::string text;         // tabs as spaces; control characters, bidirectional overrides and bytes
                            // that are no UTF-8 as \x1b or \u{202e}
  std::uint32_t width = 1;  // columns that it takes
  std::size_t bytes = 1;    // of the input
};

// The first character of a text that is not empty.
VisibleCharacter next_visible(std::string_view text);

// All of a text, made safe for a terminal.
std::string visible(std::string_view text);

}  // namespace gateway::config
