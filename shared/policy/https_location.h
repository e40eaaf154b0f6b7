#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gateway::policy {

// The line "Location: https://…" that leads a request for `authority`, `path` and `query` to the
// same place under https on `port`. `authority`: as the request's reader has passed it.
std::string https_location(std::string_view authority, std::uint16_t port, std::string_view path,
                           bool has_query, std::string_view query);

}  // namespace gateway::policy
