#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gateway::policy {

// Each appends one challenge to the value of a WWW-Authenticate field (RFC 9110 §11.6.1), after a
// comma when there is one already: a route that takes one of several kinds of credentials names
// them all. `realm` may be any text without control characters; it is quoted.

// RFC 6750 §3. `error` is "invalid_token" or "invalid_request" with a static sentence that has
// neither quotes nor backslashes; both empty when the request had no credentials at all.
void append_bearer_challenge(std::string_view realm, std::string_view error,
                             std::string_view description, std::string& out);
// The same for a token whose scopes do not suffice; goes with 403. `scopes`: those that are needed.
void append_scope_challenge(std::string_view realm, const std::vector<std::string>& scopes,
                            std::string_view description, std::string& out);
// RFC 7617 §2 and §2.1.
void append_basic_challenge(std::string_view realm, std::string& out);
// No standard names a scheme for keys; the parameter tells the client which field to use.
void append_api_key_challenge(std::string_view realm, std::string_view field, std::string& out);

}  // namespace gateway::policy
