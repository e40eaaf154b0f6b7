#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gateway::policy {

// Unix seconds of an HTTP-date in any of the three forms that a reader has to take (RFC 9110
// §5.6.7), from 1970 to 9999; a year of two digits is the one within 50 years of `now`. Names of
// days are not held against the date. Nothing for whatever else.
std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now);

// "Sun, 06 Nov 1994 08:49:37 GMT". `seconds`: Unix time from 1970 to 9999.
std::string format_http_date(std::int64_t seconds);

}  // namespace gateway::policy
