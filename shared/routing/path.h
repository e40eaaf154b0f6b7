#pragma once

#include <string>
#include <string_view>

namespace gateway::routing {

// The one form of a request path that is matched, rewritten and sent upstream, so that no
// spelling of a path is routed as one thing and served as another:
// - %XX of an unreserved character (RFC 3986 §2.3) is decoded; other %XX stay, hex in upper case
// - a raw octet that RFC 3986 does not allow in a path is refused, as is % without two hex digits
// - %00, and an encoded or raw slash or backslash inside a segment (%2F, %5C, \), are refused
// - runs of slashes become one
// - "." and ".." segments are removed (§5.2.4), encoded ones too; a path that climbs above the
//   root is refused
// Returns a view of `raw` itself when it is already in that form (the common case, nothing is
// copied), else of `scratch`; an empty view when the path is refused (a valid one is never empty).
// `why` then points to a static sentence for the client.
std::string_view normalize_path(std::string_view raw, std::string& scratch, const char*& why);

}  // namespace gateway::routing
