#pragma once

#include <string>
#include <string_view>

namespace gateway::ctl {

enum class Colour { none, bold, dim, green, yellow, red };

// ANSI escapes around the text (ECMA-48 SGR); the text alone for Colour::none or when `on` is
// false.
std::string paint(std::string_view text, Colour colour, bool on);

}  // namespace gateway::ctl
