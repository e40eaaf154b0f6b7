#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway::ctl {

// Columns that config::visible(text) takes on a terminal.
std::size_t display_width(std::string_view text);

// A field of a CSV file (RFC 4180 §2), quoted where it must be.
std::string csv_field(std::string_view text);

}  // namespace gateway::ctl
