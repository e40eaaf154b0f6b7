#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gateway::policy {

// "[::1]" of "[::1]:8000". `authority`: as the request's reader has passed it.
std::string_view without_port(std::string_view authority);

// The line "Location: https://…" that leads a request for `authority`, `path` and `query` to the
// same place under https on `port`. `authority`: as for without_port.
std::string https_location(std::string_view authority, std::uint16_t port, std::string_view path,
                           bool has_query, std::string_view query);

}  // namespace gateway::policy
