#pragma once

#include <cstddef>
#include <string_view>

namespace gateway::policy {

inline constexpr std::size_t kMaxFieldNameBytes = 256;  // of a name that the config gives

// Why the config may not have a field of this name written, renamed or removed: it is no token, or
// the framing of a message and the state of its connection hang on it (RFC 9110 §7.6.1, RFC 9112
// §6). A static sentence without a full stop; nullptr when it may.
const char* unchangeable(std::string_view name);

// Whether the gateway writes the field on its own way upstream: Via, Forwarded, X-Request-Id, ….
bool is_written_by_gateway(std::string_view name);

}  // namespace gateway::policy
