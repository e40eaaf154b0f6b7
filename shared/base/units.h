#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.h"

namespace gateway {

// "250ms" "30s" "5m" "24h" "30d": a whole number and one unit. Nothing for anything else, or when
// the value does not fit in milliseconds.
std::optional<milliseconds> parse_duration(std::string_view text);

// "512B" "32KiB" "10MiB" "10GiB" "1TiB": a whole number and one binary unit, in bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);

// The shortest exact form that the parse functions above read back.
std::string format_duration(milliseconds duration);
std::string format_size(std::uint64_t bytes);

}  // namespace gateway
