#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/routing/path_pattern.h"
#include "shared/routing/router.h"

namespace gateway::policy {

// Which capture of `pattern` has the name; nothing when none has.
std::optional<std::uint8_t> capture_index(const routing::PathPattern& pattern,
                                          std::string_view name);

// `"{id}" is not captured by the route's path, which captures {x}, {y}`.
std::string unknown_capture(std::string_view name, const routing::PathPattern& pattern);

// Why "*" may not stand at `at` of `text`; nullptr when it may. It is a whole segment, and the
// route's path takes a rest. A static sentence.
const char* rest_fault(std::string_view text, std::size_t at, const routing::PathPattern& pattern);

// Appends what the trailing "*" took to a path that begins at `start` of `out` and ends in a slash;
// that slash goes when the request had none there, unless it is the path's only one.
void append_rest(const routing::RouteMatch& match, std::size_t start, std::string& out);

}  // namespace gateway::policy
